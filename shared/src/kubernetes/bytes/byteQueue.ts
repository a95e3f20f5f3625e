const maxHeldBytes = 1_048_576;
const lowHeldBytes = 262_144;

/** What can be told to stop and go on. */
export interface Flow {
  pause(): void;
  resume(): void;
}

/** Bytes on their way from a source that pushes to a reader that pulls; stops the source when the reader is slow. */
export class ByteQueue implements AsyncIterable<Uint8Array> {
  readonly #flow: Flow;
  readonly #held: Uint8Array[] = [];
  #bytes = 0;
  #paused = false;
  #end: { readonly error: Error | undefined } | undefined;
  #dropped = false;
  #wake: (() => void) | undefined;

  constructor(flow: Flow) {
    this.#flow = flow;
  }

  push(bytes: Uint8Array): void {
    if (this.#end !== undefined || this.#dropped || bytes.length === 0) return;
    this.#held.push(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes > maxHeldBytes && !this.#paused) {
      this.#paused = true;
      this.#flow.pause();
    }
    this.#wake?.();
  }

  /** No more will come; with an error, the reader gets it after what has come. The first end counts. */
  end(error?: Error): void {
    this.#end ??= { error };
    this.#wake?.();
  }

  /** For one reader. A reader that leaves lets the source run on; what comes is dropped. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      while (true) {
        const next = this.#held.shift();
        if (next !== undefined) {
          this.#bytes -= next.length;
          if (this.#bytes < lowHeldBytes) this.#goOn();
          yield next;
        } else if (this.#end !== undefined) {
          if (this.#end.error !== undefined) throw this.#end.error;
          return;
        } else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      this.#dropped = true;
      this.#held.length = 0;
      this.#goOn();
    }
  }

  #goOn(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#flow.resume();
  }
}
