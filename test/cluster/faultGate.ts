import { Transform } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** Decides when data goes on: frozen data waits until the thaw, other data for `delayMs`. */
export class FaultGate<T> {
  delayMs = 0;
  /** That went through so far. */
  bytes = 0;
  #frozen: ((of: T) => boolean) | undefined;
  /** When data is frozen by itself. */
  #limit: { readonly which: (of: T) => boolean; left: number; readonly reached: () => void } | undefined;
  #waiting: (() => void)[] = [];

  freeze(which: (of: T) => boolean): void {
    this.#frozen = which;
  }

  /** Freezes once so many more bytes of such data went through; resolves then. */
  freezeAfter(which: (of: T) => boolean, bytes: number): Promise<void> {
    return new Promise((reached) => {
      this.#limit = { which, left: bytes, reached };
    });
  }

  /** To be called of what went through. */
  count(of: T, bytes: number): void {
    this.bytes += bytes;
    const limit = this.#limit;
    if (limit?.which(of) !== true || (limit.left -= bytes) > 0) return;
    this.#limit = undefined;
    this.freeze(limit.which);
    limit.reached();
  }

  thaw(): void {
    this.#limit = undefined;
    this.#frozen = undefined;
    for (const goOn of this.#waiting.splice(0)) goOn();
  }

  /** Resolves when data of `of` may go on. */
  async pass(of: T): Promise<void> {
    if (this.delayMs > 0) await sleep(this.delayMs);
    while (this.#frozen?.(of) === true) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }
}

/** Lets bytes through as the gate allows, and calls `cut` after `limit` of them. */
export function gated<T>(gate: FaultGate<T>, of: T, limit: number | undefined, cut: () => void): Transform {
  let left = limit ?? Infinity;
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      gate.pass(of).then(() => {
        const piece = chunk.subarray(0, Math.min(left, chunk.length));
        left -= piece.length;
        gate.count(of, piece.length);
        done(null, piece);
        if (left <= 0) setImmediate(cut);
      }, done);
    },
    flush: (done) => {
      gate.pass(of).then(() => done(), done);
    },
  });
}
