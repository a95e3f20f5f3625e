import { describe, expect, it } from 'vitest';
import { ageOf } from './prune.ts';

describe('ages to prune by', () => {
  it.each([
    ['90m', 5_400_000],
    ['12h', 43_200_000],
    ['7d', 604_800_000],
  ])('%s', (text, ms) => {
    expect(ageOf(text)).toBe(ms);
  });

  it.each(['', '7', 'd', '1w', '-1d', '1.5h', '9999999d'])('%j is none', (text) => {
    expect(() => ageOf(text)).toThrow('is not an age');
  });
});
