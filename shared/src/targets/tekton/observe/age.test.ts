import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAge } from './age.ts';
import { printedAge } from './testing/printedAge.ts';

describe('an age', () => {
  it.each([
    ['0s', -2_000, 1_000],
    ['9m28s', 568_000, 569_000],
    ['12m', 720_000, 780_000],
    ['3d4h', 273_600_000, 277_200_000],
    ['20d', 1_728_000_000, 1_814_400_000],
  ])('%s', (text, atLeast, below) => {
    expect(parseAge(text)).toEqual({ atLeast, below });
  });

  it.each(['', '<unknown>', '<invalid>', '-3s', '5', '5w', 'x5m'])('is none: %j', (text) => {
    expect(parseAge(text)).toBeUndefined();
  });

  it('holds what was printed', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1_999, max: 400_000_000_000 }), (ms) => {
        const age = parseAge(printedAge(ms));
        expect(age?.atLeast).toBeLessThanOrEqual(ms);
        expect(age?.below).toBeGreaterThan(ms);
      }),
    );
  });
});
