/** The cluster's clock, as far as its answers tell: this machine's may be wrong. */
export class ServerClock {
  readonly #now: () => number;
  /** Of this machine's, in ms; undefined until something was heard. */
  #ahead: number | undefined;

  /** @param now epoch ms, this machine's clock */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param creationTimestamp RFC 3339, of what was made just now */
  hear(creationTimestamp: string): void {
    const at = Date.parse(creationTimestamp);
    if (!Number.isNaN(at)) this.#ahead = at - this.#now();
  }

  /** Epoch ms; undefined where nothing was heard. */
  now(): number | undefined {
    return this.#ahead === undefined ? undefined : this.#now() + this.#ahead;
  }
}
