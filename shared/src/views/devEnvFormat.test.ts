import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binaryBytes, quantityInWords, spanInWords, usedOfBytes } from './devEnvFormat.ts';
import { allWordsOf } from './words/allWords.ts';

const words = allWordsOf('en');
const minute = 60_000;
const gib = 2 ** 30;

describe('spans of time', () => {
  it.each([
    [0, 'less than 1 min'],
    [59_999, 'less than 1 min'],
    [25 * minute, '25 min'],
    [120 * minute, '2 h'],
    [112 * minute, '1 h 52 min'],
    [47 * 60 * minute, '47 h'],
    [72 * 60 * minute, '3 days'],
    [-5, 'less than 1 min'],
  ])('of %d ms', (span, text) => expect(spanInWords(span, words)).toBe(text));

  it('never go back while time goes on', () => {
    const inMinutes = (text: string): number =>
      [...text.matchAll(/(\d+) (min|h|day)/g)].reduce(
        (sum, [, count, unit]) => sum + Number(count) * ({ min: 1, h: 60, day: 1440 }[unit ?? ''] ?? 0),
        text.startsWith('less') ? -1 : 0,
      );
    const span = fc.nat(200 * 60 * minute);
    fc.assert(
      fc.property(span, span, (one, more) => {
        expect(inMinutes(spanInWords(one + more, words))).toBeGreaterThanOrEqual(inMinutes(spanInWords(one, words)));
      }),
    );
  });
});

describe('sizes of disks', () => {
  it.each([
    ['20Gi', '20 GiB'],
    ['1536Mi', '1.5 GiB'],
    ['1Ti', '1 TiB'],
    ['1024Gi', '1 TiB'],
    ['500M', '477 MiB'],
    ['0', '0 B'],
    ['as much as there is', 'as much as there is'],
  ])('%s', (quantity, text) => expect(quantityInWords(quantity)).toBe(text));

  it('say what is used in the unit of the whole', () => {
    expect(usedOfBytes(12 * gib, 20 * gib, words)).toBe('12 of 20 GiB');
    expect(usedOfBytes(gib / 3, 20 * gib, words)).toBe('0.3 of 20 GiB');
    expect(usedOfBytes(gib / 3, 20 * gib, allWordsOf('zh-cn'))).toBe('已用 0.3 / 20 GiB');
  });

  it('never show more than three digits before the point', () => {
    fc.assert(
      fc.property(fc.nat(Number.MAX_SAFE_INTEGER), (bytes) => {
        expect(binaryBytes(bytes)).toMatch(/^(\d{1,3}|10[0-2]\d)(\.\d)? (B|[KMGTP]iB)$/);
      }),
    );
  });
});
