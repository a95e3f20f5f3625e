import type * as z from 'zod';
import {
  isForbidden,
  isNotFound,
  listWhole,
  resources,
  type KubernetesApi,
  type ResourceType,
} from '../../../kubernetes/index.ts';
import {
  customRunSchema,
  pipelineRunSchema,
  podSchema,
  taskRunSchema,
  tektonLabels,
  type RunFacts,
} from '../observe/index.ts';

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
    unlessMissing(api.get({ type: resources.pipelineRuns, namespace, name: run }, pipelineRunSchema, signal)),
    list(resources.taskRuns, taskRunSchema),
    unlessForbidden(list(resources.pods, podSchema)),
  ]);
  if (pipelineRun === undefined) return undefined;
  const children = pipelineRun.status?.childReferences ?? [];
  const customRuns = children.some(({ kind }) => kind === 'CustomRun')
    ? await list(resources.customRuns, customRunSchema)
    : [];
  return { context, now, pipelineRun, taskRuns, customRuns, pods, events: [], progress: [] };
}

async function unlessMissing<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function unlessForbidden<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}
