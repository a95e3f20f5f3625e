import type { Clock } from '../../../../kubernetes/index.ts';

/** Bounds the waiting for a peer, piece after piece, with one timer for all of them. To be stopped at the end. */
export class AnswerWatch {
  readonly #clock: Clock;
  readonly #patienceMs: number;
  readonly #signal: AbortSignal;
  readonly #tooLate: (ms: number) => Error;
  readonly #stop = new AbortController();
  /** What is waited for now: since when, and how it fails. */
  #waiting: { readonly since: number; readonly fail: (error: unknown) => void } | undefined;

  /**
   * @param patienceMs for each piece
   * @param signal ends the waiting
   * @param tooLate makes the error for a piece that took longer
   */
  constructor(clock: Clock, patienceMs: number, signal: AbortSignal, tooLate: (ms: number) => Error) {
    this.#clock = clock;
    this.#patienceMs = patienceMs;
    this.#signal = signal;
    this.#tooLate = tooLate;
    signal.addEventListener('abort', this.#abort, { once: true });
    this.#watch().catch(() => undefined); // Stopped.
  }

  /** Waits for a piece. @throws what the reading throws, the reason of an abort, the error of what is too late */
  async piece<Piece>(read: () => Promise<Piece>): Promise<Piece> {
    this.#signal.throwIfAborted();
    try {
      return await new Promise<Piece>((resolve, reject) => {
        this.#waiting = { since: this.#clock.now(), fail: reject };
        read().then(resolve, reject);
      });
    } finally {
      this.#waiting = undefined;
    }
  }

  stop(): void {
    this.#signal.removeEventListener('abort', this.#abort);
    this.#stop.abort();
  }

  readonly #abort = (): void => this.#waiting?.fail(this.#signal.reason);

  async #watch(): Promise<void> {
    for (let leftMs = this.#patienceMs; leftMs > 0;) {
      await this.#clock.sleep(leftMs, this.#stop.signal);
      // While nobody waits the reader of the pieces is the slow one.
      const waited = this.#waiting === undefined ? 0 : this.#clock.now() - this.#waiting.since;
      leftMs = this.#patienceMs - waited;
    }
    this.#waiting?.fail(this.#tooLate(this.#patienceMs));
  }
}
