import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter } from './lineSplitter.ts';
import { cutAt } from './testing/cuts.ts';

const piece = fc.oneof(
  { weight: 3, arbitrary: fc.string({ maxLength: 9 }).map((text) => Buffer.from(text)) },
  { weight: 2, arbitrary: fc.constantFrom('\n', '\n\n', '\r\n', '数据').map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 5 }).map((bytes) => Buffer.from(bytes)) },
);
const text = fc.array(piece, { maxLength: 30 }).map((pieces) => Buffer.concat(pieces));
const cuts = fc.array(fc.nat(300), { maxLength: 20 });

function split(bytes: Buffer, places: readonly number[], maxBytes: number): [string, boolean][] {
  const splitter = new LineSplitter(maxBytes);
  const lines = cutAt(bytes, places).flatMap((chunk) => {
    const copy = Uint8Array.from(chunk);
    const out = splitter.push(copy).map(({ bytes: line, partial }): [string, boolean] => [latin1(line), partial]);
    copy.fill(0);
    return out;
  });
  return [...lines, ...splitter.end().map(({ bytes: line, partial }): [string, boolean] => [latin1(line), partial])];
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

describe('splitting bytes into lines', () => {
  it('gives what a plain split gives, however the bytes were cut, and keeps no view of a chunk', () => {
    fc.assert(
      fc.property(text, cuts, (bytes, places) => {
        const expected = latin1(bytes).split('\n');
        if (expected.at(-1) === '') expected.pop();
        expect(split(bytes, places, 1_000)).toEqual(expected.map((line) => [line, false]));
      }),
    );
  });

  it('cuts long lines at the limit and marks all parts but the last', () => {
    fc.assert(
      fc.property(text, cuts, fc.integer({ min: 1, max: 6 }), (bytes, places, limit) => {
        const lines = split(bytes, places, limit);
        expect(lines).toEqual(split(bytes, [], limit));
        for (const [line, partial] of lines) {
          expect(line.length).toBeLessThanOrEqual(limit);
          if (partial) expect(line.length).toBe(limit);
        }
        const joined = lines.map(([line, partial]) => (partial ? line : `${line}\n`)).join('');
        expect(joined.replace(/\n$/, '')).toBe(latin1(bytes).replace(/\n$/, ''));
      }),
    );
  });

  it('gives a line of exactly the limit whole', () => {
    expect(split(Buffer.from('abcd\nabcde\n'), [2, 4, 7], 4)).toEqual([
      ['abcd', false],
      ['abcd', true],
      ['e', false],
    ]);
  });
});
