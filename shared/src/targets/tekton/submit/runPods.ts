import { resources } from '../../../kubernetes/index.ts';
import { podSchema, taskRunSchema, type Pod, type TaskRun } from './clusterObjects.ts';
import type { SpaceObjects } from './spaceObjects.ts';

/**
 * The pods of a PipelineRun that are there, by its TaskRuns: the label `tekton.dev/pipelineRun` is on the affinity
 * assistant's pod too.
 */
export async function podsOf(space: SpaceObjects, pipelineRun: string, signal: AbortSignal): Promise<readonly Pod[]> {
  const taskRuns = await taskRunsOf(space, pipelineRun, signal);
  const names = taskRuns.flatMap(({ status }) => status?.podName ?? []);
  const pods = await Promise.all(names.map((name) => space.find(resources.pods, name, podSchema, signal)));
  return pods.filter((pod) => pod !== undefined);
}

/** The TaskRuns of a PipelineRun, whether it knows of them or not. */
export function taskRunsOf(space: SpaceObjects, pipelineRun: string, signal: AbortSignal): Promise<readonly TaskRun[]> {
  return space.list(resources.taskRuns, `tekton.dev/pipelineRun=${pipelineRun}`, taskRunSchema, signal);
}

/** Nothing of it runs any more. */
export function isTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}
