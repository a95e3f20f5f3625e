import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SpooledLog } from '../spool/spooledLog.ts';
import { ApiLogPlace, type ApiLine } from './apiLogPlace.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-api-place-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Line `n` is written at 1,000 + 10 × n ms. */
const lines: readonly ApiLine[] = Array.from({ length: 20 }, (_, n) => ({
  time: 1_000 + 10 * n,
  bytes: Buffer.from(`line ${n}\n`),
}));
const whole = Buffer.concat(lines.map(({ bytes }) => bytes)).toString();

let round = 0;
async function opened(): Promise<SpooledLog> {
  return SpooledLog.open(join(folder, `log-${(round += 1)}`));
}

async function follow(log: SpooledLog, given: readonly ApiLine[]): Promise<{ text: string; gaps: number }> {
  let gaps = 0;
  const place = new ApiLogPlace(log, () => (gaps += 1));
  for (const line of given) {
    const offset = await place.next(line);
    if (offset !== undefined) await log.append(offset, line.bytes, line.time);
  }
  const text = Buffer.from((await log.read(0, 10_000)).bytes).toString();
  await log.close();
  return { text, gaps };
}

describe("going on with the API's log", () => {
  it('has every byte once after what the helper sent, wherever that was cut and whenever it was seen', async () => {
    // The helper may also see a line before the node has given it its time.
    const piece = fc.record({ length: fc.integer({ min: 1, max: 60 }), late: fc.integer({ min: -900, max: 300 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 4 }), async (pieces) => {
        const log = await opened();
        for (const { length, late } of pieces) {
          const bytes = Buffer.from(whole.slice(log.size, log.size + length));
          const written = lines[whole.slice(0, log.size + length).split('\n').length - 1]?.time ?? 1_200;
          await log.append(log.size, bytes, written + late);
        }
        expect(await follow(log, lines)).toEqual({ text: whole, gaps: 0 });
      }),
      { numRuns: 40 },
    );
  });

  it('has no line of an ended step twice that the helper saw before the node gave it its time', async () => {
    const log = await opened();
    await log.append(0, Buffer.from('line 0\n'), 999);
    expect(await follow(log, lines.slice(0, 1))).toEqual({ text: 'line 0\n', gaps: 0 });
  });

  it.each([0, 1, 7, 20])('goes on after %i lines that came from it', async (count) => {
    const log = await opened();
    for (const { time, bytes } of lines.slice(0, count)) await log.append(log.size, bytes, time);
    expect(await follow(log, lines)).toEqual({ text: whole, gaps: 0 });
  });

  it('goes on where it was where the beginning was rotated away', async () => {
    const log = await opened();
    for (const { time, bytes } of lines.slice(0, 9)) await log.append(log.size, bytes, time);
    expect(await follow(log, lines.slice(5))).toEqual({ text: whole, gaps: 0 });
  });

  it('tells that lines are missing where they were rotated away, also where all lines are the same', async () => {
    const log = await opened();
    const same = lines.map((_, second) => ({ time: 1_000 * second, bytes: Buffer.from('tick\n') }));
    for (const { time, bytes } of same.slice(0, 3)) await log.append(log.size, bytes, time);
    expect(await follow(log, same.slice(10))).toEqual({ text: 'tick\n'.repeat(13), gaps: 1 });
  });
});
