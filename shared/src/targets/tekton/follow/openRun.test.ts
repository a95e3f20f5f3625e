import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../kubernetes/index.ts';
import { ExecHealth } from './live/execHealth.ts';
import { OpenRun } from './openRun.ts';
import type { RunPlace } from './runPlace.ts';
import { RunSpool } from './spool/runSpool.ts';

const { signal } = new AbortController();
const content = Buffer.from(Array.from({ length: 400_000 }, (_, at) => 1 + (at % 251)));
const ended: RunPlace = {
  uid: 'uid',
  own: true,
  final: true,
  live: undefined,
  steps: new Map([['test', { pod: 'p', container: 'step-test', state: 'gone' }]]),
  logSizes: new Map([['test', content.length]]),
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-open-run-'));
});
afterEach(() => rm(folder, { recursive: true, maxRetries: 20, retryDelay: 100 }));

async function* inPieces(bytes: Uint8Array, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, piece = 0; at < bytes.length; piece += 1) {
    const length = lengths[piece % lengths.length] ?? bytes.length;
    yield bytes.subarray(at, at + length);
    at += length;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const none = (): Promise<never> => Promise.reject(new Error('this was not to be asked for'));

function openRun(spool: RunSpool, pieces: readonly number[], at = ended): OpenRun {
  return new OpenRun({
    run: 'run',
    spool,
    own: true,
    locator: { locate: () => Promise.resolve(at) },
    health: new ExecHealth(systemClock),
    clock: systemClock,
    follow: { startHelper: none, followContainer: none, random: () => 0 },
    settle: {
      readContainer: none,
      openFile: (path, range) => {
        const bytes = path.endsWith('.log') ? content : Buffer.from('0 1000\n');
        return Promise.resolve({ bytes: bytes.length, content: inPieces(bytes.subarray(range?.start ?? 0), pieces) });
      },
    },
    prepareFiles: none,
    onGrown: () => undefined,
    onNote: () => undefined,
  });
}

/** Reads as a client does: to where nothing more is given. */
async function readAll(open: OpenRun, pageBytes: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for (let offset = 0; ;) {
    const { bytes } = await open.logChunk('test', offset, pageBytes, signal);
    if (bytes.length === 0) return Buffer.concat(parts);
    parts.push(Uint8Array.from(bytes));
    offset += bytes.length;
  }
}

describe('the log of a run that has ended', () => {
  it('is the same for all who read it while it is still being fetched', async () => {
    const length = fc.integer({ min: 1_000, max: 40_000 });
    const readers = fc.array(fc.integer({ min: 500, max: 100_000 }), { minLength: 1, maxLength: 4 });
    let round = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(content.length - 1),
        fc.array(length, { minLength: 1, maxLength: 5 }),
        readers,
        async (known, pieces, pages) => {
          const spool = await RunSpool.open(join(folder, `run-${(round += 1)}`), 'uid');
          // What was followed before the connection was cut.
          await (await spool.log('test')).append(0, content.subarray(0, known), 1_000);
          const open = openRun(spool, pieces);
          const read = await Promise.all(pages.map((page) => readAll(open, page)));
          for (const bytes of read) expect(bytes.equals(content)).toBe(true);
          expect(await open.logSize('test', signal)).toEqual({ bytes: content.length, whole: true });
          await open.close();
        },
      ),
      { numRuns: 15, endOnFailure: true },
    );
  });
});

describe('the size of a log', () => {
  it('is not taken for the whole while its run may still write', async () => {
    const spool = await RunSpool.open(join(folder, 'run'), 'uid');
    await (await spool.log('test')).append(0, content.subarray(0, 100), 1_000);
    const open = openRun(spool, [1_000], { ...ended, final: false, logSizes: undefined });
    expect(await open.logSize('test', signal)).toEqual({ bytes: 100, whole: false });
    await open.close();
  });
});
