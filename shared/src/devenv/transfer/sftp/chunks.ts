import type { SftpCalls } from './sftpCalls.ts';

/** As much as every server takes and gives at once. */
const chunkBytes = 32_768;
/** Chunks on their way: 4 MiB, so that 80 MB/s go over a network of 50 ms. */
const mostOnTheirWay = 128;

/** The bytes of a file from one place to another, in order; many are asked for ahead. Ends early where the file does. */
export async function* readAhead(calls: SftpCalls, handle: Buffer, from: number, to: number): AsyncGenerator<Buffer> {
  const asked: { readonly bytes: number; readonly data: Promise<Buffer> }[] = [];
  let at = from;
  const ask = (): void => {
    while (asked.length < mostOnTheirWay && at < to) {
      const bytes = Math.min(chunkBytes, to - at);
      const data = calls.read(handle, at, bytes);
      // Whoever stops before it is its turn looks at no failure.
      data.catch(() => undefined);
      asked.push({ bytes, data });
      at += bytes;
    }
  };
  ask();
  for (let next = asked.shift(); next !== undefined; next = asked.shift()) {
    const piece = await next.data;
    if (piece.length > 0) yield piece;
    if (piece.length < next.bytes) return;
    ask();
  }
}

/** Writes a file from a place on; many chunks are on their way at once. */
export class WriteAhead {
  readonly #calls: SftpCalls;
  readonly #handle: Buffer;
  #at: number;
  readonly #pending = new Set<Promise<void>>();
  #failure: unknown;

  constructor(calls: SftpCalls, handle: Buffer, at: number) {
    this.#calls = calls;
    this.#handle = handle;
    this.#at = at;
  }

  /** Resolves when more may come. @throws what a chunk before it failed with */
  async write(piece: Uint8Array): Promise<void> {
    for (let from = 0; from < piece.length; from += chunkBytes) {
      // The oldest is the next to be answered.
      while (this.#pending.size >= mostOnTheirWay) await this.#pending.values().next().value;
      this.#throwFailure();
      const chunk = Buffer.from(piece.subarray(from, from + chunkBytes));
      const written = this.#calls
        .write(this.#handle, chunk, this.#at)
        .catch((error: unknown) => {
          this.#failure ??= error;
        })
        .finally(() => this.#pending.delete(written));
      this.#pending.add(written);
      this.#at += chunk.length;
    }
  }

  /** Resolves when all of it is there. */
  async written(): Promise<void> {
    await Promise.all(this.#pending);
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure !== undefined)
      throw this.#failure instanceof Error ? this.#failure : new Error('Writing failed.');
  }
}
