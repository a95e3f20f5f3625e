import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { examples } from '../../integration/cli/slipway.ts';
import { profile } from '../../integration/cluster/clusterMachine.ts';
import { median, type Comparison } from '../statistics.ts';
import { inBenchSpace, timedMs, type BenchSpace } from './benchSpace.ts';

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
    const ours: number[] = [];
    const reference: number[] = [];
    const parts: number[] = [];
    for (let pair = -1; pair < pairs; pair += 1) {
      const pod = await timedMs(() => barePod(space, `by-hand-${pair + 1}`));
      const mine = await slipwayRun(space, `slipway-${pair + 1}`);
      // The first pair fills the disk cache and is not counted.
      if (pair < 0) continue;
      ours.push(mine.ms / 1000);
      parts.push(mine.stepsMs / 1000);
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
        `outside    ${(median(ours) - inSteps).toFixed(2)} s for submission, scheduling, volume, containers, verdict`,
      ],
      goal: 'at most 1.10 times the bare pod',
      met: (mine, pod) => mine <= 1.1 * pod,
    };
  });
}

interface TimedStep {
  readonly startedAt?: number;
  readonly finishedAt?: number;
}

async function slipwayRun({ machine }: BenchSpace, name: string) {
  const cwd = join(machine.machine.work, name);
  await cp(folder, cwd, { recursive: true });
  const started = performance.now();
  const ended = await machine.slipway(['run', '-o', 'json'], { cwd });
  const ms = performance.now() - started;
  if (ended.exitCode !== 0) throw new Error(`slipway run failed:\n${ended.stdout}${ended.stderr}`);
  const { steps } = JSON.parse(ended.stdout) as { readonly steps: readonly TimedStep[] };
  const first = Math.min(...steps.map(({ startedAt = Infinity }) => startedAt));
  const last = Math.max(...steps.map(({ finishedAt = 0 }) => finishedAt));
  return { ms, stepsMs: last - first };
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
