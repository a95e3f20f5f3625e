import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { examples, json } from '../../integration/cli/slipway.ts';
import { context, profile } from '../../integration/cluster/clusterMachine.ts';
import type { CoreProcess } from '../../integration/core/coreProcess.ts';
import { median, type Comparison } from '../statistics.ts';
import { inBenchSpace, never, timedMs, type BenchSpace } from './benchSpace.ts';

const folder = join(examples, 'single-cell');

/** The three commands, as somebody would type them. */
const byHand = `set -e
mkdir -p /tmp/work/tests/input
cd /tmp/work
cp /given/* .
cp /tests/* tests/
export SLIPWAY_OUTPUT=/tmp/work OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
python3 -m papermill single_cell.ipynb tests/input/single_cell_output.ipynb --log-output --log-level DEBUG --progress-bar \\
  --report-mode --kernel python3 --language python
(cd tests/input && python3 -m nbconvert --to html single_cell_output.ipynb --output single_cell_output.html)
python3 -m pytest -m single_cell --cov=./ --cov-report=xml:coverage.xml --junitxml=pytest_results.xml \\
  --html=pytest_report.html --self-contained-html tests
`;

/** `slipway run` of examples/single-cell from start to verdict, beside the same commands in a bare pod of the same image. */
export async function singleCell(pairs: number): Promise<Comparison> {
  return inBenchSpace('cell', {}, async (space) => {
    const core = await space.core();
    const ours: number[] = [];
    const reference: number[] = [];
    const parts: number[] = [];
    let each = '';
    for (let pair = -1; pair < pairs; pair += 1) {
      const pod = await timedMs(() => barePod(space, `by-hand-${pair + 1}`));
      const mine = await slipwayRun(space, core, `slipway-${pair + 1}`);
      // The first pair fills the disk cache and is not counted.
      if (pair < 0) continue;
      ours.push(mine.ms / 1000);
      parts.push(mine.stepsMs / 1000);
      ({ each } = mine);
      reference.push(pod / 1000);
    }
    const inSteps = median(parts);
    return {
      name: 'examples/single-cell from command to verdict',
      unit: 's',
      ours,
      reference,
      referenceName: 'kubectl create of a bare pod with the same commands, until it has succeeded',
      details: [
        `in steps   ${inSteps.toFixed(2)} s of ours from the first step's start to the last one's end (median)`,
        `each       ${each} s (the last one)`,
        `outside    ${(median(ours) - inSteps).toFixed(2)} s for submission, scheduling, volume, containers, verdict`,
      ],
      goal: 'at most 1.10 times the bare pod',
      met: (mine, pod) => mine <= 1.1 * pod,
    };
  });
}

async function slipwayRun({ machine }: BenchSpace, core: CoreProcess, name: string) {
  const cwd = join(machine.machine.work, name);
  await cp(folder, cwd, { recursive: true });
  const started = performance.now();
  const ended = await machine.slipway(['run', '-o', 'json'], { cwd });
  const ms = performance.now() - started;
  if (ended.exitCode !== 0) throw new Error(`slipway run failed:\n${ended.stdout}${ended.stderr}`);
  const { steps } = await core.client.request('runs/get', { run: json(ended).run, context }, never);
  const first = Math.min(...steps.map(({ startedAt = Infinity }) => startedAt));
  const last = Math.max(...steps.map(({ finishedAt = 0 }) => finishedAt));
  const each = steps.map(
    ({ name: step, startedAt = 0, finishedAt = 0 }) => `${step} ${((finishedAt - startedAt) / 1000).toFixed(1)}`,
  );
  return { ms, stepsMs: last - first, each: each.join(', ') };
}

async function barePod(space: BenchSpace, name: string): Promise<void> {
  const file = await space.machine.machine.write(`${name}.yaml`, stringify(podOf(name)));
  await space.kubectl('create', 'configmap', name, `--from-file=${folder}`);
  await space.kubectl('create', 'configmap', `${name}-tests`, `--from-file=${join(folder, 'tests')}`);
  await space.kubectl('create', '-f', file);
  const done = 'jsonpath={.status.phase}=Succeeded';
  await space.kubectl('wait', `pod/${name}`, `--for=${done}`, '--timeout=300s');
}

function podOf(name: string): object {
  const { cpu, memory } = profile.instanceTypes?.small ?? {};
  const { runAsUser, runAsGroup, fsGroup } = profile.securityContext ?? {};
  const container = {
    name: 'all',
    image: profile.image,
    command: ['bash', '-c', byHand],
    resources: { requests: { cpu, memory }, limits: { memory } },
    volumeMounts: ['given', 'tests'].map((volume) => ({ name: volume, mountPath: `/${volume}` })),
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      restartPolicy: 'Never',
      securityContext: { runAsUser, runAsGroup, fsGroup },
      containers: [container],
      volumes: [
        { name: 'given', configMap: { name } },
        { name: 'tests', configMap: { name: `${name}-tests` } },
      ],
    },
  };
}
