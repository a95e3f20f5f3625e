import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogBatch, StepName } from '../protocol/index.ts';
import { createLineAssembler, type AssembledLine } from './lineAssembler.ts';

type Marks = readonly (readonly [number, number])[];

function batch(step: StepName, offset: number, bytes: Buffer, marks: Marks): LogBatch {
  const end = offset + bytes.length;
  const first = marks.findLastIndex(([at]) => at <= offset);
  const text = isUtf8(bytes);
  return {
    step,
    offset,
    length: bytes.length,
    encoding: text ? 'utf8' : 'base64',
    data: bytes.toString(text ? 'utf8' : 'base64'),
    times: marks
      .slice(Math.max(0, first))
      .filter(([at]) => at < end)
      .map(([at, time]) => [at, time]),
  };
}

/** Cuts a log at the given places and assembles it. */
function assemble(
  bytes: Buffer,
  cuts: readonly number[],
  marks: Marks = [[0, 1]],
  maxLineBytes?: number,
): AssembledLine[] {
  const assembler = createLineAssembler(maxLineBytes === undefined ? {} : { maxLineBytes });
  const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b);
  const lines = places.flatMap((start, index) => {
    const end = places[index + 1];
    return end === undefined ? [] : assembler.push(batch('notebook', start, bytes.subarray(start, end), marks));
  });
  return [...lines, ...assembler.end()];
}

function texts(text: string): string[] {
  return assemble(Buffer.from(text), []).map((line) => line.text);
}

const piece = fc.oneof(
  { weight: 5, arbitrary: fc.string({ maxLength: 6 }).map((text) => Buffer.from(text)) },
  { weight: 2, arbitrary: fc.constantFrom('数据', 'é', '😀', '\uFEFF').map((text) => Buffer.from(text)) },
  { weight: 3, arbitrary: fc.constantFrom('\n', '\r', '\r\n', '\r\r\n', '\n\n').map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes)) },
);
const log = fc.array(piece, { maxLength: 20 }).map((pieces) => Buffer.concat(pieces));
const cuts = fc.array(fc.nat({ max: 200 }), { maxLength: 12 });
const marks = fc
  .array(fc.tuple(fc.nat({ max: 100 }), fc.nat({ max: 9 })), { maxLength: 5 })
  .map((list) => [...new Map([[0, 7], ...list] as [number, number][])].sort(([one], [other]) => one - other));

describe('lines of a log', () => {
  it('end at LF and CRLF; the last one needs no line end', () => {
    expect(texts('a\nb\r\n\nc')).toEqual(['a', 'b', '', 'c']);
    expect(texts('')).toEqual([]);
    expect(texts('a\n')).toEqual(['a']);
  });

  it('show what is left after a bare CR, as a terminal does', () => {
    expect(texts(' 10%\r 50%\r100%\n')).toEqual(['100%']);
    expect(texts('\r 10%\r 50%\r')).toEqual([' 50%']);
    expect(texts('done\r\r\nnext\n')).toEqual(['done', 'next']);
  });

  it('are the same however the log was cut', () => {
    fc.assert(
      fc.property(log, cuts, marks, (bytes, places, times) => {
        expect(assemble(bytes, places, times)).toEqual(assemble(bytes, [], times));
      }),
      { numRuns: 1_000 },
    );
  });

  it('are the same however the log was cut, also where they are too long', () => {
    fc.assert(
      fc.property(log, cuts, fc.integer({ min: 4, max: 12 }), (bytes, places, limit) => {
        const lines = assemble(bytes, places, [[0, 1]], limit);
        expect(lines).toEqual(assemble(bytes, [], [[0, 1]], limit));
        for (const line of lines.filter(({ continues }) => continues)) {
          expect(line.text.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('are what a plain splitting of the whole text gives', () => {
    fc.assert(
      fc.property(log, cuts, (bytes, places) => {
        const whole = new TextDecoder('utf-8', { ignoreBOM: true });
        const parts: Buffer[] = [];
        for (let start = 0; start < bytes.length;) {
          const end = bytes.indexOf(10, start);
          parts.push(bytes.subarray(start, end < 0 ? bytes.length : end));
          start = end < 0 ? bytes.length : end + 1;
        }
        const expected = parts.map((part) =>
          whole.decode(Buffer.from(part.toString('latin1').replace(/\r+$/, '').split('\r').at(-1) ?? '', 'latin1')),
        );
        expect(assemble(bytes, places).map((line) => line.text)).toEqual(expected);
      }),
      { numRuns: 1_000 },
    );
  });

  it('are whole up to 1 MiB and come in marked parts beyond', () => {
    const limit = 1_048_576;
    const every64k = Array.from({ length: 40 }, (_, index) => index * 65_536);
    const fits = assemble(Buffer.from(`${'x'.repeat(limit)}\r\nnext\n`), every64k);
    expect(fits.map(({ text, continues }) => [text.length, continues])).toEqual([
      [limit, false],
      [4, false],
    ]);
    const long = assemble(Buffer.from(`${'数'.repeat(limit)}\nnext\n`), every64k);
    expect(long.map(({ continues }) => continues)).toEqual([true, true, true, false, false]);
    expect(
      long
        .slice(0, 4)
        .map(({ text }) => text)
        .join(''),
    ).toBe('数'.repeat(limit));
    for (const { text } of long) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limit);
  });

  it('have the time of the mark under which they begin', () => {
    const bytes = Buffer.from('é one\ntwo\nthree\nfour');
    const times: Marks = [
      [0, 100],
      [7, 200],
      [9, 300],
      [11, 400],
    ];
    expect(assemble(bytes, [3, 9], times).map(({ text, time }) => [text, time])).toEqual([
      ['é one', 100],
      ['two', 200],
      ['three', 400],
      ['four', 400],
    ]);
  });

  it('replace what is not UTF-8', () => {
    expect(assemble(Buffer.from([0x61, 0xff, 0x62, 10]), []).map((line) => line.text)).toEqual(['a\uFFFDb']);
  });
});

describe('the line that is still being written', () => {
  it('is shown as a terminal would, and ends where another step begins', () => {
    const assembler = createLineAssembler();
    expect(assembler.partial()).toBeUndefined();
    assembler.push(batch('prepare', 0, Buffer.from('loading 10%\rloading 90%'), [[0, 5]]));
    expect(assembler.partial()).toEqual({ step: 'prepare', time: 5, text: 'loading 90%', continues: false });
    const lines = assembler.push(batch('notebook', 0, Buffer.from('start\n'), [[0, 6]]));
    expect(lines.map(({ step, time, text }) => [step, time, text])).toEqual([
      ['prepare', 5, 'loading 90%'],
      ['notebook', 6, 'start'],
    ]);
    expect(assembler.partial()).toBeUndefined();
  });

  it('ends where the log is read on elsewhere', () => {
    const assembler = createLineAssembler();
    assembler.push(batch('notebook', 0, Buffer.from('half'), [[0, 5]]));
    const lines = assembler.push(batch('notebook', 100, Buffer.from('other\n'), [[90, 6]]));
    expect(lines.map(({ text }) => text)).toEqual(['half', 'other']);
  });
});
