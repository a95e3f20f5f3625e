import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SlipwayError } from '../protocol/index.ts';

/** Files of one submission whose source can be read only once. Made on first use; `dispose` removes them all. */
export class TemporaryFiles {
  readonly #parent: string;
  #folder: string | undefined;
  #count = 0;

  /** @param parent absolute path of the folder in which a folder of its own (0700) is made */
  constructor(parent: string) {
    this.#parent = parent;
  }

  /**
   * Writes the chunks to a new file and returns its absolute path.
   * @throws SlipwayError `disk.full`, `disk.denied`
   */
  async write(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<string> {
    const file = await this.#next();
    try {
      for await (const chunk of chunks) {
        signal.throwIfAborted();
        await file.handle.writeFile(chunk);
      }
    } catch (error) {
      throw diskError(error, this.#parent);
    } finally {
      await file.handle.close();
    }
    return file.path;
  }

  read(path: string, signal: AbortSignal): AsyncIterable<Uint8Array> {
    return createReadStream(path, { signal, highWaterMark: 262_144 });
  }

  async dispose(): Promise<void> {
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }

  /** Names are numbers, so that no name from a host reaches the disk here. */
  async #next() {
    try {
      await mkdir(this.#parent, { recursive: true, mode: 0o700 });
      this.#folder ??= await mkdtemp(join(this.#parent, 'inputs-'));
      this.#count += 1;
      const path = join(this.#folder, String(this.#count));
      return { path, handle: await open(path, 'wx', 0o600) };
    } catch (error) {
      throw diskError(error, this.#parent);
    }
  }
}

const fullCodes = new Set(['ENOSPC', 'EDQUOT']);
const deniedCodes = new Set(['EACCES', 'EPERM', 'EROFS']);

function diskError(error: unknown, folder: string): unknown {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (fullCodes.has(code)) {
    return new SlipwayError(
      'disk.full',
      `The disk that holds ${folder} is full, so the files could not be taken along.`,
      {
        action: 'Free some space and run again; nothing was started.',
        cause: error,
      },
    );
  }
  if (deniedCodes.has(code)) {
    return new SlipwayError('disk.denied', `${folder} cannot be written to, so the files could not be taken along.`, {
      action: 'Give yourself write access to it, or choose another temporary folder.',
      cause: error,
    });
  }
  return error;
}
