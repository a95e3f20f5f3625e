import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseRange } from './byteRange.ts';

describe('chooseRange', () => {
  it.each([
    ['bytes=0-9', { start: 0, end: 10 }],
    ['bytes=10-', { start: 10, end: 100 }],
    ['bytes=99-99', { start: 99, end: 100 }],
    ['bytes=90-5000', { start: 90, end: 100 }],
    ['bytes=-10', { start: 90, end: 100 }],
    ['bytes=-5000', { start: 0, end: 100 }],
    ['Bytes= 0-0 ', { start: 0, end: 1 }],
  ])('%s of 100 bytes', (header, range) => {
    expect(chooseRange(header, 100)).toEqual({ kind: 'part', range });
  });

  it.each(['bytes=100-', 'bytes=100-200', 'bytes=-0'])('%s lies outside of 100 bytes', (header) => {
    expect(chooseRange(header, 100)).toEqual({ kind: 'outside' });
  });

  it.each([undefined, '', 'bytes=', 'bytes=-', 'bytes=5-2', 'bytes=0-1,5-6', 'lines=0-1', 'bytes=a-b', 'bytes=0-1 x'])(
    '%j is answered with the whole file',
    (header) => {
      expect(chooseRange(header, 100)).toEqual({ kind: 'whole' });
    },
  );

  it('never leaves the file', () => {
    fc.assert(
      fc.property(fc.option(fc.nat()), fc.option(fc.nat()), fc.nat(1000), (first, last, bytes) => {
        const answer = chooseRange(`bytes=${first ?? ''}-${last ?? ''}`, bytes);
        if (answer.kind !== 'part') return;
        expect(answer.range.start).toBeGreaterThanOrEqual(0);
        expect(answer.range.end).toBeGreaterThan(answer.range.start);
        expect(answer.range.end).toBeLessThanOrEqual(bytes);
      }),
    );
  });
});
