import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { Comparison } from '../statistics.ts';
import { inBenchSpace, type BenchSpace } from './benchSpace.ts';
import { bytesOf, LogCount, readMergedLog } from './logReading.ts';
import { expectedSha256, noisySteps, submitNoisyRun } from './noisyRun.ts';

const linesOfStep = 80_000;
const allLines = linesOfStep * noisySteps.length;

interface Side {
  /** Lines of the noisy steps that were shown, a second, from the first to the last. */
  readonly rates: number[];
  /** How many of them were shown. */
  readonly shown: number[];
}

/**
 * The merged log of four steps of 80,000 lines of 100 bytes: live, and of the ended run by a client that has read nothing of
 * it before; beside `tkn pipelinerun logs`. Ours has to be whole, byte for byte.
 */
export async function mergedLog(pairs: number): Promise<Comparison[]> {
  return inBenchSpace('merged', {}, async (space) => {
    const live = { ours: side(), tkn: side() };
    const later = { ours: side(), tkn: side() };
    for (let pair = 0; pair < pairs; pair += 1) {
      // Each side follows a run of its own: two readers at once would take each other's time.
      const mine = `ours-${pair}`;
      await submitNoisyRun(space, mine, linesOfStep);
      add(live.ours, await byCore(space, mine, `live-${pair}`));
      const theirs = `tkn-${pair}`;
      await submitNoisyRun(space, theirs, linesOfStep);
      add(live.tkn, await byTkn(space, theirs, ['--follow']));
      add(later.ours, await byCore(space, mine, `later-${pair}`));
      add(later.tkn, await byTkn(space, mine, []));
      await space.kubectl('delete', 'pipelinerun', mine, theirs);
    }
    return [
      comparison('Merged log of 4 × 80,000 lines, live', live, 'tkn pipelinerun logs -f'),
      comparison('The same of the ended run', later, 'tkn pipelinerun logs'),
    ];
  });
}

function comparison(name: string, { ours, tkn }: Record<'ours' | 'tkn', Side>, referenceName: string): Comparison {
  return {
    name,
    unit: 'lines/s',
    ours: ours.rates,
    reference: tkn.rates,
    referenceName,
    details: [
      `complete   ours ${ours.shown.join(', ')} of ${allLines} lines, byte for byte; tkn ${tkn.shown.join(', ')}`,
    ],
    goal: "at least 1.5 times tkn's lines a second, and every byte",
    met: (mine, theirs) => mine >= 1.5 * theirs,
  };
}

function side(): Side {
  return { rates: [], shown: [] };
}

function add({ rates, shown }: Side, { lines, seconds }: { readonly lines: number; readonly seconds: number }): void {
  rates.push(lines / seconds);
  shown.push(lines);
}

async function byCore(space: BenchSpace, run: string, folder: string) {
  const core = await space.coldCore(folder);
  const count = new LogCount();
  await readMergedLog(core, run, (batch) => {
    if (isNoisy(batch.step)) count.take(batch.step, bytesOf(batch));
  });
  for (const step of noisySteps) {
    if (count.sha256(step) !== expectedSha256(step, linesOfStep)) throw new Error(`the log of ${step} differs`);
  }
  return count;
}

async function byTkn(space: BenchSpace, run: string, flags: readonly string[]) {
  const tkn = space.startTkn('pipelinerun', 'logs', run, ...flags);
  const count = new LogCount();
  await countTkn(tkn.stdout, count);
  if (tkn.exitCode === null) await once(tkn, 'exit');
  return count;
}

/** Its lines begin with `[task : step] `. */
async function countTkn(output: Readable, count: LogCount): Promise<void> {
  let rest = Buffer.alloc(0);
  for await (const chunk of output) {
    const bytes = Buffer.concat([rest, chunk as Buffer]);
    const end = bytes.lastIndexOf(10) + 1;
    rest = bytes.subarray(end);
    const noisy = bytes
      .subarray(0, end)
      .toString('latin1')
      .match(/^\[run : (?:notebook|command|report|test)\] \w+ \d{7} x+\n/gm);
    if (noisy !== null) count.take('tkn', Buffer.from(noisy.join(''), 'latin1'));
  }
}

function isNoisy(step: string): boolean {
  return noisySteps.some((name) => name === step);
}
