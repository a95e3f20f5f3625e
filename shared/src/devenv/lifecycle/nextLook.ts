import type { DevEnv } from '../../protocol/index.ts';

/** Nothing in the API tells how idle one is, ms. */
const usualMs = 30_000;
/** So long before a stop the image warns, or a third of the limit where that is less, ms. */
const warnMs = 600_000;

/**
 * Whether a DevEnv that runs is to be asked again how idle it is: now and then, and when it is about to warn of its stop, for a short limit
 * leaves little time to answer.
 * @param passedMs since it was asked last
 */
export function isLookDue({ idle: { stopAfterMs, idleMs, stopsAt } }: Pick<DevEnv, 'idle'>, passedMs: number): boolean {
  if (passedMs >= usualMs) return true;
  if (stopAfterMs === 0 || idleMs === undefined || stopsAt !== undefined) return false;
  return idleMs + passedMs >= stopAfterMs - Math.min(warnMs, stopAfterMs / 3);
}
