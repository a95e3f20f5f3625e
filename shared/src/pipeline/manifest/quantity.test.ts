import { describe, expect, it } from 'vitest';
import { halfOf, parseCores, parseQuantity, parseSize } from './quantity.ts';
import { errorOf } from './testing/errors.ts';

describe('quantities', () => {
  it.each([
    ['500m', 0.5],
    ['16', 16],
    ['1.5Gi', 1.5 * 1024 ** 3],
    ['2G', 2e9],
    ['3Ei', 3 * 1024 ** 6],
  ])('%s', (text, value) => {
    expect(parseQuantity(text, 'x')).toBeCloseTo(value);
  });

  it.each(['', '16 GB', '16GB', '-1', '+1', '1e3', '$(params.gpus)', '.5', '1,5', 'Gi', '1kI', '9'.repeat(40)])(
    'refuses %j',
    (text) => {
      const error = errorOf(() => parseQuantity(text, 'Instance type a, cpu'));
      expect([error.code, error.message]).toEqual(['spec.invalid', expect.stringContaining('Instance type a, cpu')]);
    },
  );

  it('of memory that were meant otherwise are told', () => {
    expect(parseSize('512Mi', 'x')).toBe(512 * 1024 ** 2);
    expect(errorOf(() => parseSize('512m', 'x')).action).toContain('512Mi or 512Gi');
    expect(errorOf(() => parseSize('32', 'x')).action).toContain('32Mi or 32Gi');
  });

  it('of CPU are cores', () => {
    expect(parseCores('250m', 'x')).toBe(0.25);
    expect(errorOf(() => parseCores('0', 'x')).message).toContain('CPU cores');
    expect(errorOf(() => parseCores('16Gi', 'x')).message).toContain('CPU cores');
  });

  it.each([
    ['32Gi', '16Gi'],
    ['3Gi', '1536Mi'],
    ['1Mi', '1Mi'],
    ['5G', '2384Mi'],
  ])('half of %s', (whole, half) => {
    expect(halfOf(whole, 'x')).toBe(half);
  });
});
