import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amountOf } from './quantity.ts';

describe('amounts of the API', () => {
  it.each([
    ['4', 4],
    ['500m', 0.5],
    ['1e3', 1000],
    ['1.5E2', 150],
    ['128974848', 128974848],
    ['16Gi', 16 * 2 ** 30],
    ['1500M', 1.5e9],
    ['100n', 1e-7],
    ['-1', -1],
  ])('%s is %d', (text, amount) => {
    expect(amountOf(text)).toBeCloseTo(amount, 9);
  });

  it.each(['', 'Gi', '16 Gi', '16GB', '0x10', 'NaN', undefined])('%j is none', (text) => {
    expect(amountOf(text)).toBeUndefined();
  });

  it('never throw and never give anything but a finite number', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const amount = amountOf(text);
        expect(amount === undefined || Number.isFinite(amount)).toBe(true);
      }),
    );
  });
});
