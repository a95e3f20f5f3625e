import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failed, freshBackOff, waitMs, wentWell } from './backOff.ts';

const failedTimes = (times: number) =>
  Array.from({ length: times }).reduce<typeof freshBackOff>((state) => failed(state, 0), freshBackOff);

describe('back-off', () => {
  it('doubles from 0.25 s to 5 s, so that the truth comes within 10 s of the end of any outage', () => {
    expect([0, 1, 2, 3, 5, 6, 7, 1_000].map((times) => waitMs(failedTimes(times), () => 0.999_999_9))).toEqual([
      0, 250, 500, 1_000, 4_000, 5_000, 5_000, 5_000,
    ]);
  });

  it('takes up to a half away by chance, and never goes below what the server asked for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(60_000),
        (n, r, least) => {
          const wait = waitMs(failedTimes(n), () => r, least);
          expect(wait).toBeGreaterThanOrEqual(Math.max(125, least));
          expect(wait).toBeLessThanOrEqual(Math.max(5_000, least));
        },
      ),
    );
  });

  it('starts anew after a good minute, not before', () => {
    const fiveTimes = wentWell(failedTimes(5), 1_000);
    expect(failed(fiveTimes, 60_999).failures).toBe(6);
    expect(failed(wentWell(fiveTimes, 30_000), 61_000).failures).toBe(1);
  });
});
