import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { linesOf } from './logLines.ts';

it('makes the same lines of a log in whatever pieces it comes', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', '\n', '\r', '\u001B[1m', 'é', 'x'.repeat(9_000)),
    maxLength: 40,
  });
  fc.assert(
    fc.property(fc.array(text), (pieces) => {
      let open = '';
      const ended: string[] = [];
      for (const piece of pieces) {
        const lines = linesOf(open, piece);
        ended.push(...lines.ended);
        open = lines.open;
      }
      const whole = linesOf('', pieces.join(''));
      expect([...ended, open]).toEqual([...whole.ended, whole.open]);
    }),
  );
});

it('keeps the end of a line that never ends', () => {
  expect(linesOf('', `${'a'.repeat(100_000)}b`).open).toHaveLength(16_384);
  expect(linesOf('', `${'a'.repeat(100_000)}b`).open.at(-1)).toBe('b');
});
