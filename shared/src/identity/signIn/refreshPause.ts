import { failed, freshBackOff, waitMs, type BackOff, type Random } from '../../kubernetes/index.ts';
import type { SlipwayError } from '../../protocol/index.ts';

/** All processes of all people ask a provider that comes back, milliseconds. */
const longestMs = 10_000;

/** The pause after a refresh that failed and may go well later: whoever asks meanwhile gets the same failure at once. */
export class RefreshPause {
  readonly #random: Random;
  #backOff: BackOff = freshBackOff;
  #until = 0;
  #failure: SlipwayError | undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Why tokens cannot be refreshed at the moment. */
  get failure(): SlipwayError | undefined {
    return this.#failure;
  }

  /** @throws SlipwayError while the pause lasts */
  check(now: number): void {
    if (this.#failure !== undefined && now < this.#until) throw this.#failure;
  }

  begin(failure: SlipwayError, now: number): void {
    this.#backOff = failed(this.#backOff, now);
    this.#until = now + waitMs(this.#backOff, this.#random, 0, longestMs);
    this.#failure = failure;
  }

  end(): void {
    this.#backOff = freshBackOff;
    this.#until = 0;
    this.#failure = undefined;
  }
}
