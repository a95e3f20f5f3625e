import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationSchema, SlipwayError } from '../protocol/index.ts';
import { parseDuration } from './duration.ts';

describe('durations', () => {
  it.each<[number | string, number]>([
    [90, 90],
    [0.5, 0.5],
    ['90s', 90],
    ['90m', 5400],
    ['1h30m', 5400],
    ['1.5h', 5400],
    ['1h1m1s', 3661],
    ['30m1h', 5400],
  ])('%j is %d s', (value, seconds) => {
    expect(parseDuration(value)).toBe(seconds);
  });

  it.each<number | string>([
    0,
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '',
    '90',
    '1d',
    '-1h',
    '0s',
    '1h 30m',
    '1.h',
    'h',
    `${'9'.repeat(400)}h`,
  ])('refuses %j', (value) => {
    expect(() => parseDuration(value)).toThrow(expect.objectContaining({ code: 'spec.invalid' }));
  });

  it('takes exactly the texts that the schema allows, but zero', () => {
    const text = fc.oneof(
      fc.string(),
      fc.stringMatching(/^(\d{1,5}(\.\d{1,3})?[hms]){1,4}$/),
      fc.stringMatching(/^[0-9.hmsx ]{1,8}$/),
    );
    fc.assert(
      fc.property(text, (value) => {
        const allowed = durationSchema.safeParse(value).success && !/^[0.hms]+$/.test(value);
        let seconds: number | undefined;
        try {
          seconds = parseDuration(value);
        } catch (error) {
          expect(SlipwayError.is(error, 'spec.invalid')).toBe(true);
        }
        expect(seconds !== undefined).toBe(allowed);
      }),
      { numRuns: 500 },
    );
  });
});
