import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freshEstimate, observe, rateOf } from './estimator.ts';

const steady = (rate: number, seconds: number, from = freshEstimate) => {
  let estimate = from;
  for (let at = 0; at <= seconds * 1_000; at += 200) estimate = observe(estimate, at, (rate * at) / 1_000);
  return estimate;
};

describe('the rate of a transfer', () => {
  it('is not told before it is known', () => {
    expect(rateOf(freshEstimate, 10)).toEqual({});
    expect(rateOf(observe(observe(freshEstimate, 0, 0), 200, 1_000), 10)).toEqual({});
  });

  it('is what came in the last seconds, and tells the time left', () => {
    expect(rateOf(steady(1_000, 10), 5_000)).toEqual({ bytesPerSecond: 1_000, leftMs: 5_000 });
  });

  it('follows a network that became slower', () => {
    let estimate = steady(1_000, 20);
    for (let at = 200; at <= 6_000; at += 200) estimate = observe(estimate, 20_000 + at, 20_000 + (100 * at) / 1_000);
    expect(rateOf(estimate, 0).bytesPerSecond).toBeCloseTo(100, -1);
  });

  it('tells no time left while nothing comes', () => {
    let estimate = steady(1_000, 2);
    for (let at = 200; at <= 10_000; at += 200) estimate = observe(estimate, 2_000 + at, 2_000);
    expect(rateOf(estimate, 500)).toEqual({ bytesPerSecond: 0 });
  });

  it('begins anew where there is less than before', () => {
    expect(rateOf(observe(steady(1_000, 3), 3_200, 0), 10)).toEqual({});
  });

  it('is never negative or infinite, and holds little', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ wait: fc.nat(2_000), bytes: fc.nat(1e9) }), { maxLength: 200 }), (steps) => {
        let [estimate, at] = [freshEstimate, 0];
        for (const { wait, bytes } of steps) estimate = observe(estimate, (at += wait), bytes);
        const { bytesPerSecond = 0, leftMs = 0 } = rateOf(estimate, 1e9);
        expect(bytesPerSecond).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(bytesPerSecond) && Number.isFinite(leftMs) && leftMs >= 0).toBe(true);
      }),
    );
  });
});
