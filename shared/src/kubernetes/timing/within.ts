import type { Clock } from '../clock.ts';

/**
 * Runs `work` with a signal that is aborted with `lateError` after `ms`, or with the reason of `signal`. What it rejects with
 * after that is the reason.
 */
export async function within<T>(
  ms: number,
  clock: Clock,
  signal: AbortSignal,
  lateError: () => Error,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const late = new AbortController();
  const done = new AbortController();
  const both = AbortSignal.any([signal, late.signal]);
  clock.sleep(ms, AbortSignal.any([signal, done.signal])).then(
    () => late.abort(lateError()),
    () => undefined, // done, or given up: nobody is late
  );
  try {
    return await work(both);
  } catch (error) {
    both.throwIfAborted();
    throw error;
  } finally {
    done.abort();
  }
}
