import { expect } from 'vitest';
import { until, type FaultyCore } from './faultyCore.ts';
import type { FollowedLog } from './followedLog.ts';

export const minutes = 60_000;
/** How long anything else may take on a machine that does other things besides. */
export const patienceMs = 180_000;

/** So far back the last news may lie where they come all the time. */
const newsMs = 60_000;

/** The client is told that what is shown is old, how old, and why. That it takes less than ten seconds is what the soak measures. */
export async function toldStale(faulty: FaultyCore, from: number): Promise<void> {
  const stale = await until('the client is told that there is no news', patienceMs, () =>
    faulty.connection === 'stale' ? faulty.news.at(-1) : undefined,
  );
  expect(stale.since).toBeLessThanOrEqual(stale.at);
  expect(stale.since).toBeGreaterThan(from - newsMs);
  expect(stale.reason ?? '').not.toBe('');
}

/** The client is told that there is news again. */
export async function toldLive(faulty: FaultyCore): Promise<void> {
  await until('the client is told that the news are back', patienceMs, () =>
    faulty.connection === 'live' ? true : undefined,
  );
}

/** Every line was read, once, in order, and no byte besides. */
export async function wholeLog(log: FollowedLog, step: string): Promise<void> {
  await log.ended;
  const lines = Number(/^all (\d+)$/m.exec(log.text.get(step) ?? '')?.[1]);
  expect(log.misplaced).toEqual([]);
  expect(log.lines(step)).toEqual(Array.from({ length: lines }, (_, line) => line));
  expect(log.text.get(step)?.match(/^line \d+$/gm)).toHaveLength(lines);
}
