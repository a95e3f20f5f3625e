import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogBatch } from '../../protocol/index.ts';
import { LineReader, longestShown, type LogLine } from './logLines.ts';

/** Cuts text into batches at the given places, which may be anywhere. */
function batchesOf(text: string, cuts: readonly number[]): LogBatch[] {
  const places = [...new Set([0, ...cuts.map((cut) => cut % (text.length + 1)), text.length])].sort((a, b) => a - b);
  let offset = 0;
  return places.slice(1).map((end, index) => {
    const data = text.slice(places[index], end);
    const length = new TextEncoder().encode(data).length;
    const batch: LogBatch = { step: 'notebook', offset, length, encoding: 'utf8', data, times: [[0, 1000]] };
    offset += length;
    return batch;
  });
}

function readAll(reads: readonly (readonly LogBatch[])[]): LogLine[] {
  const reader = new LineReader();
  const all: LogLine[] = [];
  for (const batches of reads) {
    const { lines, continues } = reader.read(batches);
    if (continues) all.pop();
    all.push(...lines);
  }
  return all;
}

describe('lines of batches', () => {
  it('are the same however the log is cut', () => {
    const text = fc.array(fc.stringMatching(/^[a-zäö数]{0,12}$/), { maxLength: 20 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, fc.array(fc.nat()), fc.boolean(), (log, cuts, oneByOne) => {
        const batches = batchesOf(log, cuts);
        const expected = log === '' ? [] : log.replace(/\n$/, '').split('\n');
        const lines = readAll(oneByOne ? batches.map((batch) => [batch]) : [batches]);
        expect(lines.map((line) => line.text)).toEqual(expected);
      }),
    );
  });

  it('have the time of the last mark at or before their first byte', () => {
    const data = 'ä1\nb2\nc3\n';
    const times: LogBatch['times'] = [
      [0, 10],
      [4, 20],
      [7, 30],
    ];
    const batch: LogBatch = { step: 'notebook', offset: 0, length: 10, encoding: 'utf8', data, times };
    expect(readAll([[batch]]).map(({ time }) => time)).toEqual([10, 20, 30]);
  });

  it('are shown in part where they are endless', () => {
    const reader = new LineReader();
    const data = 'x'.repeat(60_000);
    const piece = (offset: number): LogBatch => ({
      step: 'notebook',
      offset,
      length: data.length,
      encoding: 'utf8',
      data,
      times: [],
    });
    reader.read([piece(0)]);
    const { lines } = reader.read([piece(60_000), piece(120_000)]);
    expect(lines).toMatchObject([{ cut: 180_000 - longestShown }]);
    expect(lines[0]?.text).toHaveLength(longestShown);
  });

  it('that are no UTF-8 are read as far as they can be', () => {
    const batch: LogBatch = {
      step: 'notebook',
      offset: 0,
      length: 4,
      encoding: 'base64',
      data: btoa('a\xFFb\n'),
      times: [],
    };
    expect(readAll([[batch]]).map(({ text }) => text)).toEqual(['a\uFFFDb']);
  });
});
