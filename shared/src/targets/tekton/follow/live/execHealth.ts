import type { Clock } from '../../../../kubernetes/index.ts';

/** A right that was refused may have been granted since. */
const refusedMs = 5 * 60_000;
/** What does not work may have been a passing trouble. */
const brokenMs = 60_000;
/** So many failures in a row without a word from the helper mean that it does not work. */
const patience = 4;
/** A network that is down for a while says nothing of the helper; one that never lets exec through does, after about a minute. */
const networkPatience = 15;

export const notAllowed =
  'You may not run programs in pods of this space (create and get on pods/exec): logs come from the API, which may lack lines, and progress is shown by step only.';

/** Whether helpers can be run in pods: a matter of rights for a whole space, of the image for a run. */
export class ExecHealth {
  readonly #clock: Clock;
  #refusedUntil = 0;
  readonly #broken = new Map<string, { failures: number; until: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  works(run: string): boolean {
    const now = this.#clock.now();
    return now >= this.#refusedUntil && now >= (this.#broken.get(run)?.until ?? 0);
  }

  refused(): void {
    this.#refusedUntil = this.#clock.now() + refusedMs;
  }

  /**
   * Counts a failure of a run's helper; true when it is given up for a while.
   * @param byNetwork the cluster was not reached
   */
  failed(run: string, byNetwork = false): boolean {
    const failures = (this.#broken.get(run)?.failures ?? 0) + 1;
    const given = failures >= (byNetwork ? networkPatience : patience);
    this.#broken.set(run, { failures: given ? 0 : failures, until: given ? this.#clock.now() + brokenMs : 0 });
    return given;
  }

  heard(run: string): void {
    this.#broken.delete(run);
  }
}
