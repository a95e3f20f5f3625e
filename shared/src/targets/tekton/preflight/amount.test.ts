import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amountOf, amountWords } from './amount.ts';

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

  it.each([
    ['limits.memory', 16 * 2 ** 30, '16 GiB'],
    ['requests.storage', 1536 * 2 ** 20, '1.5 GiB'],
    ['requests.nvidia.com/gpu', 2, '2'],
    ['cpu', 0.5, '0.5'],
  ])('read well: %s %d', (resource, amount, words) => {
    expect(amountWords(resource, amount)).toBe(words);
  });
});
