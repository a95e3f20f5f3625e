import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

const windowBytes = 65_536;

/**
 * A file that holds the beginning of something which only grows. Several processes may write it at once without a lock:
 * whoever writes at an offset writes the same bytes, and nobody writes beyond the end or cuts it off.
 */
export class GrowingFile {
  readonly handle: FileHandle;
  #size: number;

  private constructor(handle: FileHandle, size: number) {
    this.handle = handle;
    this.#size = size;
  }

  /** Opens or makes the file, private; a link in its place is not followed. */
  static async open(path: string): Promise<GrowingFile> {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const handle = await open(path, flags, 0o600);
    try {
      return new GrowingFile(handle, await soundSize(handle));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Bytes known to be there. */
  get size(): number {
    return this.#size;
  }

  /** Appends; what lies before the end already is not written again. @returns how many bytes were new */
  async append(offset: number, bytes: Uint8Array): Promise<number> {
    if (offset > this.#size) throw new RangeError(`a gap: ${offset} is beyond ${this.#size}`);
    const skip = this.#size - offset;
    if (skip >= bytes.length) return 0;
    const fresh = bytes.subarray(skip);
    for (let done = 0; done < fresh.length;) {
      const { bytesWritten } = await this.handle.write(fresh, done, fresh.length - done, this.#size);
      done += bytesWritten;
      this.#size += bytesWritten;
    }
    return fresh.length;
  }

  /** Takes note of what another process has added. */
  async refresh(): Promise<void> {
    this.#size = Math.max(this.#size, await soundSize(this.handle));
  }

  /** Takes the file as it is, with all of its `size` bytes. @returns false where it has another size */
  async trust(size: number): Promise<boolean> {
    if ((await this.handle.stat()).size !== size) return false;
    this.#size = size;
    return true;
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

/**
 * The size without zero bytes at the end: after a power failure a file may be longer than what was written of it. Zero
 * bytes that belong there are read again.
 */
async function soundSize(handle: FileHandle): Promise<number> {
  const stats = await handle.stat();
  if (!stats.isFile()) throw new Error('not a regular file');
  let end = stats.size;
  const buffer = Buffer.alloc(windowBytes);
  while (end > 0) {
    const start = Math.max(0, end - windowBytes);
    const { bytesRead } = await handle.read(buffer, 0, end - start, start);
    let last = bytesRead - 1;
    while (last >= 0 && buffer[last] === 0) last -= 1;
    if (last >= 0) return start + last + 1;
    end = start;
  }
  return 0;
}
