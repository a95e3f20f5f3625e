import { resources, type ResourceType } from '../../../kubernetes/index.ts';
import { managedSelector, type SharedScripts } from '../../../pipeline/index.ts';
import { SlipwayError } from '../../../protocol/index.ts';
import type { Pruned, PruneRequest } from '../../runTarget.ts';
import { configMapSchema, pipelineRunSchema, podSchema, type PipelineRun, type Pod } from './clusterObjects.ts';
import { sharedVolume } from './originalVolume.ts';
import { planPrune, type PruneFacts, type Removal, type RunFacts } from './prunePlan.ts';
import { removeRun, type Remover } from './removeRun.ts';
import { reusedBy } from './reuses.ts';
import { isDone, runOf } from './runObjects.ts';
import { isTerminal } from './runPods.ts';
import { listOfInputs } from './runRecord.ts';
import type { SpaceObjects } from './spaceObjects.ts';

const types: Readonly<Record<Removal['kind'], ResourceType>> = {
  PipelineRun: resources.pipelineRuns,
  ConfigMap: resources.configMaps,
  PersistentVolumeClaim: resources.persistentVolumeClaims,
  Pod: resources.pods,
};

/**
 * See `ClusterTarget.prune`. One failure does not keep the rest from being removed.
 * @returns what was removed, or would be; what could not be removed has a `failure`
 */
export async function prune(
  remover: Remover,
  scripts: SharedScripts,
  request: PruneRequest,
  signal: AbortSignal,
): Promise<readonly Pruned[]> {
  const { space } = remover;
  const runs = await space.list(resources.pipelineRuns, managedSelector, pipelineRunSchema, signal);
  const facts = await pruneFacts(space, runs, scripts, signal);
  const plan = planPrune(facts, request);
  if (request.dryRun === true) return plan.map(told);
  const byName = new Map(runs.map((run) => [run.metadata.name, run]));
  const pruned: Pruned[] = [];
  for (const removal of plan) {
    const failure = await remove(remover, removal, byName, signal);
    pruned.push({ ...told(removal), ...(failure !== undefined && { failure }) });
  }
  return pruned;
}

function told({ kind, name, reason }: Removal): Pruned {
  return { kind, name, reason };
}

/** @returns why it could not be removed, or what of it */
async function remove(
  remover: Remover,
  removal: Removal,
  runs: ReadonlyMap<string, PipelineRun>,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const run = removal.kind === 'PipelineRun' ? runs.get(removal.name) : undefined;
    if (run !== undefined) {
      const notes = await removeRun(remover, run, 'Background', signal);
      return notes.length === 0 ? undefined : notes.join(' ');
    }
    if (removal.kind === 'ConfigMap' && removal.run !== undefined)
      await removeUploaded(remover, removal, removal.run, signal);
    await remover.space.remove(types[removal.kind], removal, signal);
    return undefined;
  } catch (error) {
    if (signal.aborted || !SlipwayError.is(error)) throw error;
    return error.message;
  }
}

/** What a submission that was killed had uploaded to a volume that stays. */
async function removeUploaded(
  { space, profile, folders }: Remover,
  { name }: Removal,
  run: string,
  signal: AbortSignal,
): Promise<void> {
  const volume = sharedVolume(profile);
  if (volume === undefined) return;
  const inputs = await space.find(resources.configMaps, name, configMapSchema, signal);
  if (inputs !== undefined && listOfInputs(inputs, run).some(({ key }) => key === undefined)) {
    await folders.remove(volume, run, signal);
  }
}

async function pruneFacts(
  space: SpaceObjects,
  runs: readonly PipelineRun[],
  scripts: SharedScripts,
  signal: AbortSignal,
): Promise<PruneFacts> {
  const [{ date }, configMaps, claims, pods] = await Promise.all([
    space.api.text('/version', {}, signal),
    space.metadata(resources.configMaps, managedSelector, signal),
    space.metadata(resources.persistentVolumeClaims, managedSelector, signal),
    space.list(resources.pods, managedSelector, podSchema, signal),
  ]);
  if (date === undefined) {
    throw new SlipwayError('cluster.protocol', `${space.api.cluster.server} does not say what time it is.`, {
      action: 'Check that no proxy takes the Date header from its answers.',
    });
  }
  const busy = new Set(pods.filter((pod) => !isTerminal(pod)).map(({ metadata }) => runOf(metadata)));
  return {
    now: date,
    runs: runs.map((run) => runFacts(run, busy)),
    configMaps,
    claims,
    pods: pods.map((pod) => ({ metadata: pod.metadata, ended: isTerminal(pod), configMaps: mountsOf(pod) })),
    currentShared: new Set([scripts.stepsName, scripts.assetsName]),
  };
}

function runFacts(run: PipelineRun, busy: ReadonlySet<string | undefined>): RunFacts {
  const { metadata, status, spec } = run;
  const ended =
    isDone(run) && !busy.has(metadata.name) ? Date.parse(status?.completionTime ?? metadata.creationTimestamp) : NaN;
  const volumes = (spec.pipelineSpec?.tasks ?? []).flatMap(({ taskSpec }) => taskSpec?.volumes ?? []);
  return {
    metadata,
    endedAt: Number.isNaN(ended) ? undefined : ended,
    configMaps: volumes.flatMap(({ configMap }) => configMap?.name ?? []),
    reuses: reusedBy(metadata),
  };
}

function mountsOf({ spec }: Pod): readonly string[] {
  return (spec?.volumes ?? []).flatMap(({ configMap }) => configMap?.name ?? []);
}
