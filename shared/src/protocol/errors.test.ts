import { expect, it } from 'vitest';
import type * as errors from './errors.ts';
import { SlipwayError } from './errors.ts';

it('an error is known by its name, also one of another bundle in the same page, and nothing else is', async () => {
  const copy = './errors.ts?copy';
  const other = (await import(copy)) as typeof errors;
  const error = new other.SlipwayError('cancelled', 'The page is closing.');
  expect(other.SlipwayError).not.toBe(SlipwayError);
  expect([SlipwayError.is(error), SlipwayError.is(error, 'cancelled'), SlipwayError.is(error, 'usage')]).toEqual([
    true,
    true,
    false,
  ]);
  const alike = Object.assign(new Error('no such file'), { code: 'cancelled' });
  expect(
    [alike, undefined, null, 'cancelled', { code: 'cancelled' }].filter((value) => SlipwayError.is(value)),
  ).toEqual([]);
});
