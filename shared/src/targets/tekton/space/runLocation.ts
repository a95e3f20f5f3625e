import { containerOf, summaryResult, taskNames } from '../../../pipeline/index.ts';
import type { StepName } from '../../../protocol/index.ts';
import type { PodContainer, RunPlace, StepPlace } from '../follow/index.ts';
import {
  isOurs,
  parseSummary,
  resultText,
  tektonLabels,
  type Pod,
  type RunFacts,
  type TaskRun,
} from '../observe/index.ts';

/**
 * Where the steps of a run have their containers, and where its volume can be read now. Pure.
 * @param final nothing is written any more
 */
export function placeOf(facts: RunFacts, final: boolean): RunPlace {
  const { pipelineRun, taskRuns } = facts;
  const own = pipelineRun !== undefined && isOurs(pipelineRun.metadata);
  const pods = new Map((facts.pods ?? []).map((pod) => [pod.metadata.name, pod]));
  const steps = new Map<StepName, StepPlace>();
  for (const taskRun of taskRuns) {
    const podName = taskRun.status?.podName;
    if (podName === undefined || podName === '') continue;
    const task = taskRun.metadata.labels[tektonLabels.pipelineTask] ?? taskRun.metadata.name;
    for (const step of stepNamesOf(taskRun)) {
      const container = containerOf(step);
      const state = facts.pods === undefined ? 'running' : containerState(pods.get(podName), container);
      steps.set(own ? step : `${task}/${step}`, { pod: podName, container, state });
    }
  }
  return {
    uid: pipelineRun?.metadata.uid,
    own,
    final,
    neverBegan: own && final && neverBegan(facts),
    live: own ? liveContainer(steps) : undefined,
    steps,
    logSizes: own ? logSizesOf(taskRuns) : undefined,
  };
}

/** Whether a run that is over ended before any of its steps ran: no node took it, its image was not pulled. */
function neverBegan({ pipelineRun, taskRuns }: RunFacts): boolean {
  const references = pipelineRun?.status?.childReferences ?? [];
  if (references.length > 0 && taskRuns.length === 0) return false;
  // Times tell nothing: Tekton makes them up for steps that it cancels.
  return taskRuns.every(({ status }) =>
    (status?.steps ?? []).every(({ imageID, terminated }) => (imageID ?? '') === '' && terminated?.exitCode !== 0),
  );
}

function stepNamesOf(taskRun: TaskRun): readonly string[] {
  const seen = taskRun.status?.steps.map(({ name }) => name) ?? [];
  if (seen.length > 0) return seen;
  return (taskRun.status?.taskSpec?.steps ?? []).flatMap(({ name }) => name ?? []);
}

/** Last steps of our tasks, the task `run` first. */
const lastSteps = ['collect', 'clone', 'dataset'];

/** The container of a task's last step waits for its turn as long as the pod lives; helpers run there. */
function liveContainer(steps: ReadonlyMap<StepName, StepPlace>): PodContainer | undefined {
  const at = lastSteps.map((step) => steps.get(step)).find((step) => step?.state === 'running');
  return at && { pod: at.pod, container: at.container };
}

function containerState(pod: Pod | undefined, container: string): StepPlace['state'] {
  if (pod === undefined) return 'gone';
  const status = pod.status?.containerStatuses.find(({ name }) => name === container);
  if (status?.state?.terminated !== undefined) return 'ended';
  if (status?.state?.running !== undefined) return 'running';
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed' ? 'ended' : 'waiting';
}

function logSizesOf(taskRuns: readonly TaskRun[]): ReadonlyMap<StepName, number> | undefined {
  const run = taskRuns.find(({ metadata }) => metadata.labels[tektonLabels.pipelineTask] === taskNames.run);
  const result = run?.status?.results.find(({ name }) => name === summaryResult);
  return result === undefined ? undefined : parseSummary(resultText(result.value))?.logs;
}
