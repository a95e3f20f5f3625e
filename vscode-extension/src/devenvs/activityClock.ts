/** Tells when work is to be reported: at the first sign of it, and then at most once in a while. */
export class ActivityClock {
  readonly #now: () => number;
  readonly #pauseMs: number;
  #last = -Infinity;

  /** @param now in milliseconds; may be any clock */
  constructor(now: () => number, pauseMs: number) {
    this.#now = now;
    this.#pauseMs = pauseMs;
  }

  /** True where a sign of work is to be reported; then the pause begins. */
  take(): boolean {
    const now = this.#now();
    if (now - this.#last < this.#pauseMs) return false;
    this.#last = now;
    return true;
  }
}
