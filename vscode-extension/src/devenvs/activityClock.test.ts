import { expect, it } from 'vitest';
import { ActivityClock } from './activityClock.ts';

it('reports the first sign of work at once, and the next ones once a minute', () => {
  let now = 5;
  const clock = new ActivityClock(() => now, 60_000);
  const reported: number[] = [];
  for (now = 5; now < 200_000; now += 1000) if (clock.take()) reported.push(now);
  expect(reported).toEqual([5, 60_005, 120_005, 180_005]);
});
