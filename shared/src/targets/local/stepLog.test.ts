import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLogChunk, sizeOfLog } from './stepLog.ts';

let folder: string;
let log: string;
let times: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-log-'));
  log = join(folder, 'notebook.log');
  times = join(folder, 'notebook.times');
});
afterEach(() => rm(folder, { recursive: true }));

describe('reading a step log', () => {
  it('is empty before there is one, and beyond its end', async () => {
    expect(await sizeOfLog(log)).toBe(0);
    expect(await readLogChunk(log, times, 0, 100)).toMatchObject({ offset: 0, times: [] });
    await writeFile(log, 'abc');
    expect((await readLogChunk(log, times, 3, 100)).bytes.length).toBe(0);
    expect((await readLogChunk(log, times, 100, 100)).bytes.length).toBe(0);
  });

  it('passes over marks that are damaged', async () => {
    await writeFile(log, 'x'.repeat(100));
    await writeFile(times, '0 1000\ngarbage\n10 1010\n-5 3\n50 10');
    expect((await readLogChunk(log, times, 0, 100)).times).toEqual([
      [0, 1000],
      [10, 1010],
    ]);
  });

  it('finds the mark in a long list of them', async () => {
    await writeFile(log, 'x'.repeat(400_000));
    await writeFile(times, Array.from({ length: 40_000 }, (_, mark) => `${mark * 10} ${1_000 + mark}\n`).join(''));
    for (const offset of [0, 5, 123_456, 250_000, 399_995]) {
      const first = Math.floor(offset / 10);
      const second = offset + 10 < 400_000 ? [[10 * (first + 1), 1_001 + first]] : [];
      expect((await readLogChunk(log, times, offset, 10)).times).toEqual(
        [[10 * first, 1_000 + first], ...second].filter(([at = 0]) => at < offset + 10),
      );
    }
  });

  it('gives every byte once and the marks that cover each piece, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 2_000 }),
        fc.integer({ min: 1, max: 5_000 }),
        async (steps, pieceBytes) => {
          const marks: [number, number][] = [];
          let size = 0;
          for (const step of steps) {
            marks.push([size, 1_700_000_000_000 + marks.length]);
            size += step;
          }
          const content = Buffer.from(Array.from({ length: size }, (_, at) => at % 251));
          await writeFile(log, content);
          await writeFile(times, marks.map((mark) => `${mark.join(' ')}\n`).join(''));
          const pieces: Uint8Array[] = [];
          for (let offset = 0; offset < size;) {
            const chunk = await readLogChunk(log, times, offset, pieceBytes);
            const end = offset + chunk.bytes.length;
            const covering = marks.filter(([at]) => at > offset && at < end);
            const before = marks.findLast(([at]) => at <= offset);
            expect(chunk.times).toEqual(before === undefined ? covering : [before, ...covering]);
            pieces.push(chunk.bytes);
            offset = end;
          }
          expect(Buffer.concat(pieces).equals(content)).toBe(true);
        },
      ),
      { numRuns: 15 },
    );
  });
});
