import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCount } from './count.ts';

const body = (value: unknown) => Buffer.from(JSON.stringify(value));

describe('how many objects there are', () => {
  it.each([
    [{ metadata: { continue: 'next', remainingItemCount: 41 }, items: [{}] }, 42],
    [{ metadata: {}, items: [{}] }, 1],
    [{ metadata: {}, items: null }, 0],
    [{ metadata: { continue: 'next' }, items: [{}] }, undefined],
    [{ kind: 'Status' }, undefined],
  ])('is told by %j: %j', (answer, count) => {
    expect(readCount(body(answer))).toBe(count);
  });

  it('is not told by anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(readCount(bytes)).toBeUndefined();
      }),
    );
  });
});
