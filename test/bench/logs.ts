import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { startCore, type CoreProcess } from '../integration/core/coreProcess.ts';
import { Machine } from '../integration/cli/slipway.ts';
import { writeRunWithLongLog } from './longLog.ts';
import type { Comparison } from './statistics.ts';

const lines = 1_000_000;
const never = new AbortController().signal;

/** Reading a log of a million lines through the core, and its first screen, beside `cat` and `tail`. */
export async function logs(pairs: number): Promise<Comparison[]> {
  const machine = await Machine.create();
  const core = await startCore(machine.environment);
  try {
    const path = await writeRunWithLongLog(machine.data, 'long-0001', lines);
    const expected = createHash('sha256').update(readFileSync(path)).digest('hex');
    return [await throughput(core, path, expected, pairs), await firstScreen(core, path, pairs)];
  } finally {
    await core.stop();
    await machine.dispose();
  }
}

async function throughput(core: CoreProcess, path: string, expected: string, pairs: number): Promise<Comparison> {
  const ours: number[] = [];
  const reference: number[] = [];
  for (let pair = -1; pair < pairs; pair += 1) {
    const cat = seconds(() => execFileSync('sh', ['-c', 'cat "$1" | wc -l', 'sh', path]));
    const started = performance.now();
    const actual = await readWhole(core);
    const mine = (performance.now() - started) / 1000;
    if (actual !== expected) throw new Error('the log that came through the core differs from the file');
    if (pair >= 0) {
      ours.push(lines / mine);
      reference.push(lines / cat);
    }
  }
  return {
    name: `Log of ${lines.toLocaleString('en')} lines of 100 bytes through the core, byte for byte`,
    unit: 'lines/s',
    ours,
    reference,
    referenceName: 'cat FILE | wc -l',
    goal: 'at least 200,000 lines/s',
    met: (mine) => mine >= 200_000,
  };
}

/** Reads to the end as a client does, page by page, and hashes the bytes. */
async function readWhole(core: CoreProcess): Promise<string> {
  const hash = createHash('sha256');
  let position = '';
  for (;;) {
    const page = await core.client.request('logs/read', { run: 'long-0001', position, maxBytes: 1 << 20 }, never);
    for (const batch of page.batches) hash.update(Buffer.from(batch.data, batch.encoding));
    position = page.next;
    if (page.end) return hash.digest('hex');
  }
}

async function firstScreen(core: CoreProcess, path: string, pairs: number): Promise<Comparison> {
  const ours: number[] = [];
  const reference: number[] = [];
  for (let pair = -1; pair < pairs; pair += 1) {
    const tail = seconds(() => execFileSync('tail', ['-n', '200', path]));
    const started = performance.now();
    const page = await core.client.request('logs/tail', { run: 'long-0001', lines: 200 }, never);
    const mine = (performance.now() - started) / 1000;
    const text = page.batches.map((batch) => batch.data).join('');
    if (!text.includes(`line ${lines - 1} `)) throw new Error('the last line is not on the first screen');
    if (pair >= 0) {
      ours.push(mine);
      reference.push(tail);
    }
  }
  return {
    name: 'First screen of that log (last 200 lines)',
    unit: 's',
    ours,
    reference,
    referenceName: 'tail -n 200',
    goal: 'at most 0.3 s',
    met: (mine) => mine <= 0.3,
  };
}

function seconds(work: () => void): number {
  const started = performance.now();
  work();
  return (performance.now() - started) / 1000;
}
