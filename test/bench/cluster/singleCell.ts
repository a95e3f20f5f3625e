import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { examples, json } from '../../integration/cli/slipway.ts';
import { context } from '../../integration/cluster/clusterMachine.ts';
import type { CoreProcess } from '../../integration/core/coreProcess.ts';
import { median, type Comparison } from '../statistics.ts';
import { emptyPod, workByHand } from './barePod.ts';
import { inBenchSpace, never, type BenchSpace } from './benchSpace.ts';
import { sleepingRun } from './sleepingRun.ts';
import { sameSteps } from './stepsPod.ts';

const folder = join(examples, 'single-cell');

/**
 * `slipway run` of examples/single-cell from start to verdict, beside the same steps in a bare pod: the containers of its
 * steps as they are, one after the other, by the kubelet instead of Tekton.
 *
 * And beside their work done by hand in one container. That pod has the same image, user, requests and storage class, and leaves what the steps are promised to leave: what the
 * requirements ask for is installed, and what there is written down; papermill, nbconvert with the maths inside the report
 * and pytest get the same options; the artifacts are hashed. It is one container, so it installs without an environment of
 * its own, and its parts follow each other at once. Nothing is watched, and no log is followed.
 *
 * What Tekton and the kubelet add for five steps in one pod is measured beside it, by the same PipelineRun with steps that
 * only sleep: no controller of ours runs on the cluster, so this part is the same for everybody's PipelineRun.
 */
export async function singleCell(pairs: number): Promise<Comparison[]> {
  return inBenchSpace('cell', {}, async (space) => {
    const core = await space.core();
    const { assetsName } = (await space.submitter()).shared.scripts;
    // The first run makes what all runs of a space share, and fills the disk cache. It is not counted.
    const first = await slipwayRun(space, core, 'slipway-first');
    await workByHand(space, 'by-hand-first', folder, assetsName);
    const seen: Pair[] = [];
    for (let pair = 0; pair < pairs; pair += 1) {
      const byHand = await workByHand(space, `by-hand-${pair}`, folder, assetsName);
      const mine = await slipwayRun(space, core, `slipway-${pair}`);
      const asleep = await sleepingRun(space, first.name, `asleep-${pair}`, mine.steps);
      const empty = await emptyPod(space, `empty-${pair}`, folder, assetsName);
      const steps = await sameSteps(space, first.name, `steps-${pair}`);
      seen.push({ byHand, mine, steps, tektonMs: asleep - sum(mine.steps.values()) * 1000 - empty });
    }
    const common = { unit: 's', ours: seen.map(({ mine }) => mine.ms / 1000) } as const;
    return [
      {
        ...common,
        name: 'examples/single-cell from command to verdict, beside its steps in a bare pod',
        reference: seen.map(({ steps }) => steps / 1000),
        referenceName: 'the same steps as they are, one after the other in a bare pod, until it has succeeded',
        details: [],
        goal: 'at most 1.10 times the bare pod',
        met: (mine, pod) => mine <= 1.1 * pod,
      },
      {
        ...common,
        name: 'the same, beside the work of its steps by hand',
        reference: seen.map(({ byHand }) => byHand.ms / 1000),
        referenceName: 'their work by hand in one container of a bare pod with a volume, until it has succeeded',
        details: detailsOf(seen),
        goal: 'none; for information',
        met: () => true,
      },
    ];
  });
}

interface Pair {
  readonly byHand: Awaited<ReturnType<typeof workByHand>>;
  readonly mine: SlipwayRun;
  /** Of the same steps in a bare pod, ms. */
  readonly steps: number;
  /** What Tekton and the kubelet add to the time of a bare pod. */
  readonly tektonMs: number;
}

function detailsOf(pairs: readonly Pair[]): readonly string[] {
  const of = (value: (pair: Pair) => number) => seconds(median(pairs.map(value)));
  const [last] = pairs.slice(-1);
  const steps = [...(last?.mine.steps ?? [])].map(([name, took]) => `${name} ${took.toFixed(1)}`);
  const parts = [...(last?.byHand.parts ?? [])].map(([name, took]) => `${name} ${seconds(took)}`);
  const ratio = median(pairs.map(({ byHand, mine, tektonMs }) => (mine.ms - tektonMs) / byHand.ms));
  return [
    `ours       ${of(({ mine }) => mine.beforeMs)} s to the first step, ${of(({ mine }) => mine.betweenMs)} s between steps, ${of(({ mine }) => mine.afterMs)} s after the last one (medians)`,
    `steps      ${steps.join(', ')} s (the last run)`,
    `by hand    ${parts.join(', ')} s (the last pod)`,
    `Tekton     ${of(({ tektonMs }) => tektonMs)} s more than an empty bare pod for the same PipelineRun with steps that only sleep`,
    `without    ${ratio.toFixed(2)} times the bare pod, less Tekton's part (median)`,
  ];
}

interface SlipwayRun {
  readonly name: string;
  readonly ms: number;
  /** From the command to the first step. */
  readonly beforeMs: number;
  /** From the end of a step to the begin of the next one, all together. */
  readonly betweenMs: number;
  /** From the end of the last step to the end of the command. */
  readonly afterMs: number;
  /** Seconds that each step took. */
  readonly steps: ReadonlyMap<string, number>;
}

async function slipwayRun({ machine }: BenchSpace, core: CoreProcess, name: string): Promise<SlipwayRun> {
  const cwd = join(machine.machine.work, name);
  await cp(folder, cwd, { recursive: true });
  const from = Date.now();
  const ended = await machine.slipway(['run', '-o', 'json'], { cwd });
  const to = Date.now();
  if (ended.exitCode !== 0) throw new Error(`slipway run failed:\n${ended.stdout}${ended.stderr}`);
  const run = await core.client.request('runs/get', { run: json(ended).run, context }, never);
  const times = run.steps.map(({ startedAt = Number.NaN, finishedAt = Number.NaN }) => ({ startedAt, finishedAt }));
  const steps = run.steps.map(
    ({ name: step, startedAt = 0, finishedAt = 0 }) => [step, (finishedAt - startedAt) / 1000] as const,
  );
  const first = Math.min(...times.map(({ startedAt }) => startedAt));
  const last = Math.max(...times.map(({ finishedAt }) => finishedAt));
  const stepsMs = sum(steps.map(([, took]) => took * 1000));
  return {
    name: run.name,
    ms: to - from,
    beforeMs: first - from,
    betweenMs: last - first - stepsMs,
    afterMs: to - last,
    steps: new Map(steps),
  };
}

function sum(values: Iterable<number>): number {
  return [...values].reduce((total, value) => total + value, 0);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
