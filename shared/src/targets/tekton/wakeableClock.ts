import type { Clock } from '../../kubernetes/index.ts';

/** A clock whose sleepers can be woken before their time. */
export interface WakeableClock extends Clock {
  /** Ends every sleep that goes on now. */
  wake(): void;
}

export function wakeableClock(clock: Clock): WakeableClock {
  let morning = new AbortController();
  return {
    now: clock.now,
    sleep: async (ms, signal) => {
      const woken = morning.signal;
      try {
        await clock.sleep(ms, AbortSignal.any([signal, woken]));
      } catch (error) {
        signal.throwIfAborted();
        if (!woken.aborted) throw error;
      }
    },
    wake: () => {
      morning.abort();
      morning = new AbortController();
    },
  };
}
