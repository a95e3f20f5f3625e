import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { count, createClockFormat, formatAgo, formatBytes, formatDuration } from './format.ts';

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

describe('durations', () => {
  it.each([
    [0, '0.0s'],
    [840, '0.8s'],
    [9_999, '9.9s'],
    [10_000, '10s'],
    [31_900, '31s'],
    [59_999, '59s'],
    [72_000, '1m 12s'],
    [3_599_000, '59m 59s'],
    [10_920_000, '3h 02m'],
    [190_800_000, '2d 05h'],
  ])('%i ms are %s', (duration, text) => expect(formatDuration(duration)).toBe(text));

  it('never go back as time passes and never run ahead of it', () => {
    const seconds = new Map([
      ['s', 1],
      ['m', 60],
      ['h', 3600],
      ['d', 86_400],
    ]);
    const valueOf = (text: string): number =>
      text
        .split(' ')
        .reduce((sum, part) => sum + Number(part.slice(0, -1)) * (seconds.get(part.slice(-1)) ?? Number.NaN), 0);
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (one, other) => {
        const [short, long] = one < other ? [one, other] : [other, one];
        expect(valueOf(formatDuration(short))).toBeLessThanOrEqual(valueOf(formatDuration(long)));
        expect(valueOf(formatDuration(long)) * 1000).toBeLessThanOrEqual(long + 0.001);
      }),
    );
  });

  it('that are negative, because two clocks differ, are none', () => expect(formatDuration(-5)).toBe('0.0s'));
});

describe('times', () => {
  it('are told from now', () => {
    const now = Date.UTC(2026, 0, 31);
    const ago = (seconds: number): string => formatAgo(now - seconds * 1000, now);
    expect([-9, 2, 12, 200, 7300, 86_400, 3 * 86_400, 40 * 86_400].map(ago)).toEqual([
      'just now',
      'just now',
      '12s ago',
      '3 min ago',
      '2 h ago',
      '1 day ago',
      '3 days ago',
      '2025-12-22',
    ]);
  });

  it('of the day are those of the time zone', () => {
    const midnight = Date.UTC(2026, 0, 1, 0, 3, 4);
    expect(createClockFormat('UTC')(midnight)).toBe('00:03:04');
    expect(createClockFormat('Asia/Shanghai')(midnight)).toBe('08:03:04');
  });
});

it('one is not many', () => expect([count(1, 'file'), count(0, 'file')]).toEqual(['1 file', '0 files']));
