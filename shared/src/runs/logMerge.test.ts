import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StepName } from '../protocol/index.ts';
import { mergeStreams, type LogPiece, type StepStream, type TimeMark } from './logMerge.ts';

interface WholeLog {
  readonly step: StepName;
  readonly bytes: Buffer;
  readonly times: readonly TimeMark[];
}

/** The merge in its plainest form: line by line, the earliest first, earlier steps first where times are equal. */
function plainMerge(logs: readonly WholeLog[]): string[] {
  const queues = logs.map((log) => {
    const lines: { time: number; text: string }[] = [];
    for (let start = 0; start < log.bytes.length;) {
      const newline = log.bytes.indexOf(10, start);
      const end = newline < 0 ? log.bytes.length : newline + 1;
      const at = start;
      const time = log.times.findLast(([offset]) => offset <= at)?.[1] ?? 0;
      lines.push({ time, text: `${log.step}:${log.bytes.toString('latin1', start, end)}` });
      start = end;
    }
    return lines;
  });
  const merged: string[] = [];
  while (true) {
    let first: { time: number; text: string }[] | undefined;
    for (const queue of queues) {
      if (queue[0] !== undefined && (first?.[0] === undefined || queue[0].time < first[0].time)) first = queue;
    }
    const line = first?.shift();
    if (line === undefined) return merged;
    merged.push(line.text);
  }
}

/** Reads logs page by page, with buffers and pages of the given sizes in turn. */
function pagedMerge(logs: readonly WholeLog[], sizes: readonly (readonly [number, number])[]): LogPiece[] {
  const read = new Map<StepName, { offset: number; midLine: boolean }>();
  const all: LogPiece[] = [];
  for (let turn = 0; ; turn += 1) {
    const [buffer, page] = sizes[turn % sizes.length] ?? [1, 1];
    const streams = logs.flatMap((log): StepStream[] => {
      const { offset, midLine } = read.get(log.step) ?? { offset: 0, midLine: false };
      const bytes = log.bytes.subarray(offset, offset + buffer);
      const first = Math.max(
        0,
        log.times.findLastIndex(([at]) => at <= offset),
      );
      const more = offset + bytes.length < log.bytes.length;
      return bytes.length === 0
        ? []
        : [{ step: log.step, offset, bytes, times: log.times.slice(first), more, midLine }];
    });
    if (streams.length === 0) return all;
    const pieces = mergeStreams(streams, page);
    expect(pieces.length, 'every page gets on').toBeGreaterThan(0);
    expect(pieces.reduce((total, piece) => total + piece.bytes.length, 0)).toBeLessThanOrEqual(page);
    for (const piece of pieces) {
      expect(piece.offset, 'no gap and no double').toBe(read.get(piece.step)?.offset ?? 0);
      const midLine = piece.bytes.at(-1) !== 10;
      read.set(piece.step, { offset: piece.offset + piece.bytes.length, midLine });
    }
    all.push(...pieces);
  }
}

/** Lines with their step, put together again where a page cut them. */
function linesOf(pieces: readonly LogPiece[]): string[] {
  const lines: string[] = [];
  let open: StepName | undefined;
  for (const { step, bytes } of pieces) {
    for (const part of bytes.toString('latin1').match(/[^\n]*\n|[^\n]+/g) ?? []) {
      const begun = open === step ? lines.pop() : undefined;
      lines.push(`${begun ?? `${step}:`}${part}`);
      open = part.endsWith('\n') ? undefined : step;
    }
  }
  return lines;
}

const content = fc
  .array(fc.tuple(fc.string({ maxLength: 8 }), fc.constantFrom('\n', '\n', '', '\r\n')), { maxLength: 12 })
  .map((lines) => Buffer.from(lines.map(([text, end]) => text + end).join('')));
const marks = fc
  .array(fc.tuple(fc.nat({ max: 80 }), fc.nat({ max: 6 })), { maxLength: 8 })
  .map((list) => new Map<number, number>([[0, 0], ...list]))
  .map((byOffset): TimeMark[] => [...byOffset].sort(([one], [other]) => one - other));
const logs = fc.array(fc.tuple(content, marks), { minLength: 1, maxLength: 4 }).map((list) =>
  list.map(([bytes, times], index): WholeLog => ({
    step: (['prepare', 'notebook', 'report', 'test'] as const)[index] ?? 'collect',
    bytes,
    times,
  })),
);
const size = fc.integer({ min: 1, max: 60 });

describe('merging the logs of steps', () => {
  it('gives every line once, by time, however it is paged', () => {
    fc.assert(
      fc.property(logs, fc.array(fc.tuple(size, size), { minLength: 1, maxLength: 5 }), (all, sizes) => {
        expect(linesOf(pagedMerge(all, sizes))).toEqual(plainMerge(all));
      }),
      { numRuns: 1_000 },
    );
  });

  it('cuts pages at line ends while a line fits', () => {
    const bytes = Buffer.from('first line\nsecond line\nthird');
    const stream: StepStream = { step: 'notebook', offset: 0, bytes, times: [[0, 1]], more: false, midLine: false };
    expect(mergeStreams([stream], 15).map((piece) => piece.bytes.toString())).toEqual(['first line\n']);
    expect(mergeStreams([stream], 100).map((piece) => piece.bytes.toString())).toEqual([bytes.toString()]);
    const unfinished = { ...stream, more: true };
    expect(mergeStreams([unfinished], 100).map((piece) => piece.bytes.toString())).toEqual([
      'first line\nsecond line\n',
    ]);
  });

  it('cuts a line that does not fit between characters', () => {
    const bytes = Buffer.from('数据'.repeat(4));
    const stream: StepStream = { step: 'notebook', offset: 0, bytes, times: [], more: true, midLine: false };
    expect(mergeStreams([stream], 10).map((piece) => piece.bytes.toString())).toEqual(['数据数']);
  });

  it('waits for a step whose next line is not at hand yet', () => {
    const streams: StepStream[] = [
      { step: 'notebook', offset: 0, bytes: Buffer.from('a\n'), times: [[0, 1]], more: true, midLine: false },
      { step: 'report', offset: 0, bytes: Buffer.from('b\n'), times: [[0, 5]], more: false, midLine: false },
    ];
    expect(mergeStreams(streams, 100).map((piece) => piece.step)).toEqual(['notebook']);
  });
});
