import { describe, expect, it } from 'vitest';
import { amountWords } from './amountWords.ts';

describe('amounts of a quota', () => {
  it.each([
    ['limits.memory', 16 * 2 ** 30, '16 GiB'],
    ['requests.storage', 1536 * 2 ** 20, '1.5 GiB'],
    ['requests.nvidia.com/gpu', 2, '2'],
    ['cpu', 0.5, '0.5'],
  ])('read well: %s %d', (resource, amount, words) => {
    expect(amountWords(resource, amount)).toBe(words);
  });
});
