import * as z from 'zod';
import {
  unlessForbidden,
  unlessMissing,
  listWhole,
  resources,
  type KubernetesApi,
  type ResourceType,
} from '../../../kubernetes/index.ts';
import { SlipwayError } from '../../../protocol/index.ts';
import {
  customRunSchema,
  pipelineRunSchema,
  podIsTerminal,
  podSchema,
  standingOf,
  taskRunSchema,
  tektonLabels,
  type ClusterEvent,
  type PipelineRun,
  type Pod,
  type RunFacts,
  type TaskRun,
} from '../observe/index.ts';
import { readPendingFacts } from './pendingFacts.ts';

/**
 * Reads a run's objects once. Undefined when there is no such PipelineRun.
 * @throws SlipwayError where they may not be read
 */
export async function readRunFacts(
  api: KubernetesApi,
  context: string,
  run: string,
  now: number,
  signal: AbortSignal,
): Promise<RunFacts | undefined> {
  const { namespace } = api.cluster;
  const list = async <S extends z.ZodType>(type: ResourceType, schema: S): Promise<readonly z.output<S>[]> => {
    const options = { labelSelector: `${tektonLabels.pipelineRun}=${run}` };
    return listWhole(api, { type, namespace }, options, schema, signal);
  };
  const [pipelineRun, taskRuns, pods] = await Promise.all([
    unlessMissing(() => api.get({ type: resources.pipelineRuns, namespace, name: run }, pipelineRunSchema, signal)),
    list(resources.taskRuns, taskRunSchema),
    unlessForbidden(() => list(resources.pods, podSchema)),
  ]);
  if (pipelineRun === undefined) return undefined;
  const children = pipelineRun.status?.childReferences ?? [];
  const customRuns = children.some(({ kind }) => kind === 'CustomRun')
    ? await list(resources.customRuns, customRunSchema)
    : [];
  const events = await readEndEvents(api, { pipelineRun, taskRuns, pods }, signal);
  return { context, now, pipelineRun, taskRuns, customRuns, pods, events, progress: [] };
}

/** Of a run that ended badly and has no pod, or will soon have none: those of the pods that it had tell why they never ran. They are kept for an hour. */
async function readEndEvents(
  api: KubernetesApi,
  {
    pipelineRun,
    taskRuns,
    pods,
  }: { pipelineRun: PipelineRun; taskRuns: readonly TaskRun[]; pods: readonly Pod[] | undefined },
  signal: AbortSignal,
): Promise<readonly ClusterEvent[]> {
  const arePodsGone = pods?.every(({ metadata }) => metadata.deletionTimestamp !== undefined) === true;
  if (standingOf(pipelineRun).state !== 'failed' || !arePodsGone) return [];
  const names = taskRuns.flatMap(({ status }) => status?.podName ?? []);
  const { events } = await readPendingFacts(api, names, [], signal);
  return events;
}

/** Whether there is a PipelineRun of that name; what can be no name is none. @throws SlipwayError where it may not be read */
export async function isThere(api: KubernetesApi, run: string, signal: AbortSignal): Promise<boolean> {
  if (!isObjectName(run)) return false;
  const path = { type: resources.pipelineRuns, namespace: api.cluster.namespace, name: run };
  return (await unlessMissing(() => api.get(path, z.unknown(), signal))) !== undefined;
}

/** True for what may be the name of an object: a DNS subdomain. */
export function isObjectName(name: string): boolean {
  return /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name) && name.length <= 253;
}

/** What is told of a run of which nothing is known. */
export function runNotFound(run: string, context: string): SlipwayError {
  return new SlipwayError('run.notFound', `There is no run ${JSON.stringify(run.slice(0, 100))} in ${context}.`, {
    action: `List the runs with "slipway runs --context ${context}".`,
  });
}

/** Of a run whose PipelineRun is gone. */
export function nothingLeft(context: string, now: number): RunFacts {
  return { context, now, pipelineRun: undefined, taskRuns: [], customRuns: [], pods: [], events: [], progress: [] };
}

/** Whether a pod of it is there that does not run yet. */
export function hasWaitingPod({ pods = [] }: RunFacts): boolean {
  return pods.some((pod) => !podIsTerminal(pod) && pod.status?.phase !== 'Running');
}
