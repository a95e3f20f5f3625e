import { join } from 'node:path';
import { stringify } from 'yaml';
import { profile } from '../../integration/cluster/clusterMachine.ts';
import { timedMs, type BenchSpace } from './benchSpace.ts';

/** What the person's own commands find: the example's files, and a folder of a volume as a run has one. */
const places = { given: '/given', tests: '/tests', assets: '/assets', data: '/data' };

/**
 * The work of the steps of examples/single-cell, as somebody would type it into one container: what `prepare` installs and
 * writes down, papermill, nbconvert with the maths inside the report, pytest with the options of the step, and the hashes
 * of `collect`. Each part says when it begins.
 */
const byHand = `set -eo pipefail
begin() { echo "begin $1 $EPOCHREALTIME"; }
begin install
umask 077
mkdir -p ${places.data}/work/tests/input ${places.data}/output
cd ${places.data}/work
cp ${places.given}/* .
cp ${places.tests}/* tests/
export SLIPWAY_OUTPUT=${places.data}/output OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
python3 -m pip install --break-system-packages --disable-pip-version-check --no-input -r requirements.txt
python3 -m pip freeze >$SLIPWAY_OUTPUT/requirements.lock.txt
begin notebook
python3 -m papermill single_cell.ipynb $SLIPWAY_OUTPUT/single_cell_output.ipynb --log-output --log-level DEBUG \\
  --progress-bar --report-mode --kernel python3 --language python --execution-timeout 300 \\
  2>&1 | tee $SLIPWAY_OUTPUT/papermill.log
begin report
python3 -m nbconvert --to html $SLIPWAY_OUTPUT/single_cell_output.ipynb --output=single_cell_output.html \\
  --output-dir=$SLIPWAY_OUTPUT 2>&1 | tee $SLIPWAY_OUTPUT/jupyter_nbconvert.log
{ echo '<script>'; gunzip -c ${places.assets}/mathjax.js.gz; echo '</script>'; } >>$SLIPWAY_OUTPUT/single_cell_output.html
begin test
cp $SLIPWAY_OUTPUT/single_cell_output.ipynb $SLIPWAY_OUTPUT/single_cell_output.html tests/input
python3 -m pytest -m single_cell --cov=./ --cov-report=xml:$SLIPWAY_OUTPUT/coverage.xml \\
  --junitxml=$SLIPWAY_OUTPUT/pytest_results.xml --html=$SLIPWAY_OUTPUT/pytest_report.html --self-contained-html \\
  --rootdir=$PWD -- tests
begin collect
find $SLIPWAY_OUTPUT -type f -exec sha256sum {} + >${places.data}/artifacts.txt
begin end
`;

export interface BarePodRun {
  /** From the first kubectl to the end that kubectl sees, ms. */
  readonly ms: number;
  /** What each part of the work took, ms. */
  readonly parts: ReadonlyMap<string, number>;
}

/** Runs the work by hand; the ConfigMap of the assets that a run of ours uses has to be there already. */
export async function workByHand(space: BenchSpace, name: string, folder: string, assets: string): Promise<BarePodRun> {
  const ms = await timedMs(() => runPod(space, name, folder, assets, byHand));
  const log = await space.kubectl('logs', name);
  const begun = [...log.matchAll(/^begin (\w+) ([\d.]+)$/gm)].map(([, part = '', at]) => ({ part, at: Number(at) }));
  const parts = begun.slice(0, -1).map(({ part, at }, index) => {
    const end = begun[index + 1]?.at ?? Number.NaN;
    return [part, (end - at) * 1000] as const;
  });
  return { ms, parts: new Map(parts) };
}

/** The same pod, with nothing to do, ms. */
export function emptyPod(space: BenchSpace, name: string, folder: string, assets: string): Promise<number> {
  return timedMs(() => runPod(space, name, folder, assets, 'true'));
}

async function runPod(space: BenchSpace, name: string, folder: string, assets: string, script: string): Promise<void> {
  const objects = [claimOf(name), podOf(name, assets, script)].map((object) => stringify(object)).join('---\n');
  const file = await space.machine.machine.write(`${name}.yaml`, objects);
  await Promise.all([
    space.kubectl('create', 'configmap', name, `--from-file=${folder}`),
    space.kubectl('create', 'configmap', `${name}-tests`, `--from-file=${join(folder, 'tests')}`),
  ]);
  await space.kubectl('create', '-f', file);
  try {
    await space.kubectl('wait', `pod/${name}`, '--for=jsonpath={.status.phase}=Succeeded', '--timeout=120s');
  } catch (error) {
    throw new Error(`the bare pod did not succeed:\n${await space.kubectl('logs', '--tail=40', name)}`, {
      cause: error,
    });
  }
}

/** A claim such as a run of the profile gets. */
export function claimOf(name: string): object {
  const { volume } = profile;
  const storage = volume?.kind === 'perRun' ? volume.size : undefined;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
  };
}

function podOf(name: string, assets: string, script: string): object {
  const { cpu, memory } = profile.instanceTypes?.small ?? {};
  const { runAsUser, runAsGroup, fsGroup } = profile.securityContext ?? {};
  const container = {
    name: 'all',
    image: profile.image,
    command: ['bash', '-c', script],
    resources: { requests: { cpu, memory }, limits: { memory } },
    volumeMounts: Object.entries(places).map(([volume, mountPath]) => ({ name: volume, mountPath })),
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { runAsUser, runAsGroup, fsGroup, fsGroupChangePolicy: 'OnRootMismatch' },
      containers: [container],
      volumes: [
        { name: 'given', configMap: { name } },
        { name: 'tests', configMap: { name: `${name}-tests` } },
        { name: 'assets', configMap: { name: assets } },
        { name: 'data', persistentVolumeClaim: { claimName: name } },
      ],
    },
  };
}
