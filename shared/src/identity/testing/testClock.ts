import { systemClock, type Clock } from '../../kubernetes/index.ts';

/** The machine's clock, which can be set forward. */
export class TestClock implements Clock {
  #aheadMs = 0;
  readonly #sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();

  readonly now = () => Date.now() + this.#aheadMs;

  readonly sleep = async (ms: number, signal: AbortSignal): Promise<void> => {
    const forward = new AbortController();
    const sleeper = { until: this.now() + ms, wake: () => forward.abort() };
    this.#sleepers.add(sleeper);
    try {
      await systemClock.sleep(ms, AbortSignal.any([signal, forward.signal]));
    } catch (error) {
      if (!forward.signal.aborted) throw error;
    } finally {
      this.#sleepers.delete(sleeper);
    }
  };

  forward(ms: number): void {
    this.#aheadMs += ms;
    for (const sleeper of this.#sleepers) if (sleeper.until <= this.now()) sleeper.wake();
  }
}
