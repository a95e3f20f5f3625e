import type { Clock } from '../../../../kubernetes/index.ts';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** Time that passes when the test says so, or when everybody sleeps. */
export class ManualClock implements Clock {
  #now = 1_000_000;
  readonly #sleepers = new Set<Sleeper>();

  now = (): number => this.#now;

  sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const sleeper = { until: this.#now + ms, wake: resolve };
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason as Error);
      });
    });

  /** How many wait for time to pass. */
  get sleepers(): number {
    return this.#sleepers.size;
  }

  /** Lets time pass; whoever wakes up does so in order. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    while (true) {
      await settle();
      const next = [...this.#sleepers]
        .filter(({ until }) => until <= end)
        .sort((one, other) => one.until - other.until)[0];
      if (next === undefined) break;
      this.#now = Math.max(this.#now, next.until);
      this.#sleepers.delete(next);
      next.wake();
    }
    this.#now = end;
    await settle();
  }
}

/** Lets everything run that waits for nothing but the disk, however slow that is. */
async function settle(): Promise<void> {
  for (let calmTurns = 0; calmTurns < 12;) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const onDisk = process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq'));
    calmTurns = onDisk ? 0 : calmTurns + 1;
  }
}
