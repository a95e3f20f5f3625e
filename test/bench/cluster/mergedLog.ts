import { setTimeout as sleep } from 'node:timers/promises';
import type { Comparison } from '../statistics.ts';
import { inBenchSpace, type BenchSpace } from './benchSpace.ts';
import type { LogCount } from './logReading.ts';
import { byCore, byKubectl, byTkn } from './noiseReaders.ts';
import { letGo, noisySteps, podOf, submitNoisyRun } from './noisyRun.ts';

/** As much as the kubelet rotates away: 10 MiB with its own words before each line. */
const rotatedLines = 80_000;
/** As much as stays, so that both readers have the same to read. */
const keptLines = 72_000;
const goal = "at least 1.5 times tkn's lines a second, and every byte";

/**
 * The merged log of four steps. First whether it is whole although the kubelet rotates; then how fast it is read by clients
 * that have read nothing of it: while the run goes on, when all is there to be read, and of the ended run.
 */
export async function mergedLog(pairs: number): Promise<Comparison[]> {
  return inBenchSpace('merged', {}, async (space) => [...(await completeness(space)), ...(await rates(space, pairs))]);
}

async function completeness(space: BenchSpace): Promise<Comparison[]> {
  const reading = { run: 'rotated', lines: rotatedLines, leave: false };
  // Each step waits until the kubelet has looked at its log, which it does every ten seconds, and goes on afterwards.
  await submitNoisyRun(space, reading.run, { lines: rotatedLines, afterRest: 2_000, restSeconds: 15 });
  const [live, tknLive] = await Promise.all([byCore(space, 'live', reading), byTkn(space, reading, ['--follow'])]);
  const kubectl = await byKubectl(space, reading.run);
  const later = await byCore(space, 'later', reading);
  const tknLater = await byTkn(space, reading, []);
  await space.kubectl('delete', 'pipelinerun', reading.run);
  const all = rotatedLines * noisySteps.length;
  const whole = (name: string, ours: LogCount, tkn: LogCount, details: readonly string[]): Comparison => ({
    name: `Merged log of 4 × ${rotatedLines.toLocaleString('en')} lines that the kubelet rotates, ${name}`,
    unit: 'lines',
    ours: [ours.lines],
    reference: [tkn.lines],
    referenceName: name === 'live' ? 'tkn pipelinerun logs -f' : 'tkn pipelinerun logs',
    details,
    goal: 'every byte',
    // That the bytes are right was looked at before.
    met: (mine) => mine === all,
  });
  return [
    whole('live', live, tknLive, []),
    whole('of the ended run', later, tknLater, [`kubectl    logs of each step: ${kubectl.join(', ')} lines`]),
  ];
}

async function rates(space: BenchSpace, pairs: number): Promise<Comparison[]> {
  const run = 'kept';
  const live = { ours: new Array<LogCount>(), tkn: new Array<LogCount>() };
  const later = { ours: new Array<LogCount>(), tkn: new Array<LogCount>() };
  await submitNoisyRun(space, run, { lines: keptLines, held: true });
  await untilWritten(space, run);
  // One reader at a time: two at once would take each other's.
  for (let pair = 0; pair < pairs; pair += 1) {
    const reading = { run, lines: keptLines, leave: true };
    live.ours.push(await byCore(space, `live-${pair}`, reading));
    live.tkn.push(await byTkn(space, reading, ['--follow']));
  }
  await letGo(space, run);
  await space.kubectl('wait', 'pipelinerun', run, '--for', 'jsonpath={.status.completionTime}', '--timeout', '60s');
  for (let pair = 0; pair < pairs; pair += 1) {
    const reading = { run, lines: keptLines, leave: false };
    later.ours.push(await byCore(space, `later-${pair}`, reading));
    later.tkn.push(await byTkn(space, reading, []));
  }
  return [
    rate('Merged log of a run that goes on', live, 'tkn pipelinerun logs -f'),
    rate('Merged log of an ended run', later, 'tkn pipelinerun logs'),
  ];
}

/** From the asking to the last line. */
function rate(
  name: string,
  { ours, tkn }: Readonly<Record<'ours' | 'tkn', readonly LogCount[]>>,
  referenceName: string,
): Comparison {
  const rateOf = ({ lines, untilLast }: LogCount): number => lines / untilLast;
  const counted = (counts: readonly LogCount[]): string => counts.map(({ lines }) => lines).join(', ');
  const parts = (counts: readonly LogCount[]): string =>
    counts.map(({ untilFirst, untilLast }) => `${untilFirst.toFixed(2)} to ${untilLast.toFixed(2)}`).join(', ');
  return {
    name: `${name}, 4 × ${keptLines.toLocaleString('en')} lines`,
    unit: 'lines/s',
    ours: ours.map(rateOf),
    reference: tkn.map(rateOf),
    referenceName,
    details: [
      `lines      ours ${counted(ours)}; tkn ${counted(tkn)}`,
      `came       seconds after the asking: ours ${parts(ours)}; tkn ${parts(tkn)}`,
    ],
    goal,
    met: (mine, theirs) => mine >= 1.5 * theirs,
  };
}

async function untilWritten(space: BenchSpace, run: string): Promise<void> {
  const last = String(keptLines - 1).padStart(7, '0');
  const container = `step-${noisySteps.at(-1)}`;
  for (let tries = 0; tries < 240; tries += 1) {
    // Before its turn, or before there is a pod, it says something else.
    const end = await space.kubectl('logs', podOf(run), '--container', container, '--tail', '1').catch(String);
    if (end.includes(last)) return;
    await sleep(500);
  }
  throw new Error('the noise was not written');
}
