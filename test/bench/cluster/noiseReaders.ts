import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { BenchSpace } from './benchSpace.ts';
import { bytesOf, LogCount, readMergedLog } from './logReading.ts';
import { expectedSha256, isNoiseLine, noisySteps, podOf } from './noisyRun.ts';

/** Which run is read, how many lines of noise it has, and whether the reader leaves once it has them. */
export interface Reading {
  readonly run: string;
  /** Of each step. */
  readonly lines: number;
  readonly leave: boolean;
}

/** By a core that has read nothing before. @throws when a byte of the noise is missing or another one */
export async function byCore(space: BenchSpace, folder: string, { run, lines, leave }: Reading): Promise<LogCount> {
  const core = await space.coldCore(folder);
  const count = new LogCount();
  const enough = new AbortController();
  try {
    const reading = readMergedLog(
      core,
      run,
      (batch) => {
        if (noisySteps.some((name) => name === batch.step)) count.takeBytes(batch.step, bytesOf(batch));
        if (leave && count.lines === lines * noisySteps.length) enough.abort();
      },
      enough.signal,
    );
    await reading;
  } finally {
    await core.stop();
  }
  for (const step of noisySteps) {
    if (count.sha256(step) === expectedSha256(step, lines)) continue;
    throw new Error(
      `the log of ${step} differs: ${count.linesOf(step)} of ${lines} lines, ${count.lines} of all steps`,
    );
  }
  return count;
}

/** By Tekton's client, with `--follow` as long as the run goes on. */
export async function byTkn(
  space: BenchSpace,
  { run, lines, leave }: Reading,
  flags: readonly string[],
): Promise<LogCount> {
  const count = new LogCount();
  const tkn = space.startTkn('pipelinerun', 'logs', run, ...flags);
  const ended = once(tkn, 'exit');
  await countNoise(tkn.stdout, count, () => leave && count.lines >= lines * noisySteps.length);
  tkn.kill();
  await ended;
  return count;
}

/** What `kubectl logs` has of each step. */
export async function byKubectl(space: BenchSpace, run: string): Promise<readonly number[]> {
  const shown: number[] = [];
  for (const step of noisySteps) {
    const count = new LogCount();
    const kubectl = space.startKubectl('logs', podOf(run), '--container', `step-${step}`);
    const ended = once(kubectl, 'exit');
    await countNoise(kubectl.stdout, count, () => false);
    await ended;
    shown.push(count.lines);
  }
  return shown;
}

/** Counts as cheaply as can be, so that the reader's time is not ours. */
async function countNoise(output: Readable, count: LogCount, enough: () => boolean): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of output) {
    const bytes = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
    let lines = 0;
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      if (isNoiseLine(bytes, start, end)) lines += 1;
      start = end + 1;
    }
    rest = bytes.subarray(start);
    count.takeLines(lines);
    if (enough()) return;
  }
}
