import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { count, createClockFormat, formatAgo, formatDuration } from './format.ts';

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

  it('are those of the machine where no zone is named', () => {
    const named = createClockFormat(Intl.DateTimeFormat().resolvedOptions().timeZone);
    const here = createClockFormat(undefined);
    fc.assert(fc.property(fc.integer({ min: 1e12, max: 4e12 }), (time) => here(time) === named(time)));
  });
});

it('one is not many', () => expect([count(1, 'file'), count(0, 'file')]).toEqual(['1 file', '0 files']));
