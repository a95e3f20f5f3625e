import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { createHash, type Hash } from 'node:crypto';
import { sameTime, wholeBytes, type TreeEntry } from './tree.ts';

/** A pipe in the place of a file does not hold us up, and no link is followed. Windows has neither flag. */
const flags = constants.O_RDONLY | orNothing(constants.O_NOFOLLOW) | orNothing(constants.O_NONBLOCK);

function orNothing(flag: number | undefined): number {
  return flag ?? 0;
}

/** A small file, or undefined where it is not as it was when it was listed. @throws the system's errors */
export function readWhole(path: string, entry: TreeEntry): Buffer | undefined {
  const fd = openSync(path, flags);
  try {
    const before = fstatSync(fd);
    if (!isAsListed(before, entry)) return undefined;
    const data = Buffer.allocUnsafe(entry.bytes);
    let read = 0;
    while (read < entry.bytes) {
      const got = readSync(fd, data, read, entry.bytes - read, null);
      if (got === 0) return undefined;
      read += got;
    }
    return isUntouched(before, fstatSync(fd)) ? data : undefined;
  } finally {
    closeSync(fd);
  }
}

/**
 * A big file, piece by piece, with a checksum over all of it; the next piece is read while the last one is on its way.
 * @throws the system's errors
 */
export class BigSource {
  readonly #handle: Awaited<ReturnType<typeof open>>;
  readonly #before: Stats;
  readonly #entry: TreeEntry;
  readonly #hash: Hash = createHash('sha256');
  #at = 0;

  private constructor(handle: Awaited<ReturnType<typeof open>>, before: Stats, entry: TreeEntry) {
    this.#handle = handle;
    this.#before = before;
    this.#entry = entry;
  }

  /** @returns undefined where it is not as it was when it was listed */
  static async open(path: string, entry: TreeEntry): Promise<BigSource | undefined> {
    const handle = await open(path, flags);
    const before = await handle.stat();
    if (isAsListed(before, entry)) return new BigSource(handle, before, entry);
    await handle.close();
    return undefined;
  }

  /** From where it stands up to `end`. Ends early where the file does. */
  async *pieces(end: number): AsyncGenerator<Buffer> {
    let next = this.#read(end);
    while (true) {
      const piece = await next;
      if (piece.length === 0) return;
      this.#at += piece.length;
      next = this.#read(end);
      // Whoever stops here looks at no failure of the piece behind.
      next.catch(() => undefined);
      this.#hash.update(piece);
      yield piece;
    }
  }

  /** Of the first bytes, hexadecimal; what is read next comes behind them. */
  async hashTo(end: number, signal: AbortSignal): Promise<string> {
    for await (const piece of this.pieces(end)) {
      signal.throwIfAborted();
      if (piece.length === 0) break;
    }
    return this.#hash.copy().digest('hex');
  }

  /** Goes back to the beginning of the same file. */
  rewound(): BigSource {
    return new BigSource(this.#handle, this.#before, this.#entry);
  }

  /** Of the whole file; undefined where it changed meanwhile. */
  async end(): Promise<Buffer | undefined> {
    if (this.#at !== this.#entry.bytes || !isUntouched(this.#before, await this.#handle.stat())) return undefined;
    return this.#hash.digest();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  async #read(end: number): Promise<Buffer> {
    const piece = Buffer.allocUnsafeSlow(Math.max(0, Math.min(wholeBytes, end - this.#at)));
    if (piece.length === 0) return piece;
    const { bytesRead } = await this.#handle.read(piece, 0, piece.length, this.#at);
    return piece.subarray(0, bytesRead);
  }
}

/** SHA-256 of a file, hexadecimal; undefined where it is not as it was when it was listed. */
export async function hashLocal(path: string, entry: TreeEntry, signal: AbortSignal): Promise<string | undefined> {
  const source = await BigSource.open(path, entry);
  if (source === undefined) return undefined;
  try {
    await source.hashTo(entry.bytes, signal);
    return (await source.end())?.toString('hex');
  } finally {
    await source.close();
  }
}

function isAsListed(stats: Stats, entry: TreeEntry): boolean {
  return stats.isFile() && stats.size === entry.bytes && sameTime(Math.round(stats.mtimeMs), entry.mtimeMs);
}

function isUntouched(before: Stats, after: Stats): boolean {
  return before.size === after.size && before.mtimeMs === after.mtimeMs && before.ctimeMs === after.ctimeMs;
}
