import type { Writable } from 'node:stream';
import { formatLine, type Line } from './line.ts';

/** A stream that people or programs read. Writes never throw; a reader that went away is told to `onFailure` once. */
export class Output {
  readonly #stream: Writable;
  readonly colours: boolean;
  readonly isTerminal: boolean;
  #failed = false;

  constructor(
    stream: Writable,
    options: { readonly colours: boolean; readonly isTerminal: boolean; readonly onFailure: (error: Error) => void },
  ) {
    this.#stream = stream;
    this.colours = options.colours;
    this.isTerminal = options.isTerminal;
    stream.on('error', (error: Error) => {
      if (this.#failed) return;
      this.#failed = true;
      options.onFailure(error);
    });
  }

  /** Writes text as it is. False when the reader is slow: then wait for `drained` before writing much more. */
  write(data: string | Uint8Array): boolean {
    return this.#failed || this.#stream.write(data);
  }

  /** Writes whole lines, whatever their width. */
  writeLines(lines: readonly Line[]): boolean {
    const format = { colours: this.colours, width: Number.POSITIVE_INFINITY };
    return this.write(lines.map((line) => `${formatLine(line, format)}\n`).join(''));
  }

  /** Resolves when the stream takes more, or will never do so again. */
  async drained(): Promise<void> {
    if (this.#failed || !this.#stream.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#stream.off('drain', done).off('error', done).off('close', done);
        resolve();
      };
      this.#stream.on('drain', done).on('error', done).on('close', done);
    });
  }

  /** Resolves when all that was written has left the process, or cannot. */
  async flushed(): Promise<void> {
    if (this.#failed || this.#stream.writableLength === 0) return;
    await new Promise<void>((resolve) => {
      this.#stream.once('error', () => resolve());
      this.#stream.write('', () => resolve());
    });
  }
}
