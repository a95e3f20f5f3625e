import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBytes } from './bytes.ts';

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [4100, '4.1 kB'],
    [99_949, '99.9 kB'],
    [99_950, '100 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [3_200_000, '3.2 MB'],
    [5e15, '5.0 PB'],
    [5e18, '5000 PB'],
  ])('%i bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it('never shrink as the file grows, and stay within 5 % of it', () => {
    const units = new Map([
      ['B', 1],
      ['kB', 1e3],
      ['MB', 1e6],
      ['GB', 1e9],
      ['TB', 1e12],
      ['PB', 1e15],
    ]);
    const valueOf = (text: string): number => {
      const [number = '', unit = ''] = text.split(' ');
      return Number(number) * (units.get(unit) ?? Number.NaN);
    };
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (one, other) => {
        const [small, large] = one < other ? [one, other] : [other, one];
        expect(valueOf(formatBytes(small))).toBeLessThanOrEqual(valueOf(formatBytes(large)));
        expect(Math.abs(valueOf(formatBytes(large)) - large)).toBeLessThanOrEqual(0.05 * large);
      }),
    );
  });
});
