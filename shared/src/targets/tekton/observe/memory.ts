import { hasBegun, isDone, podIsTerminal } from './conditions.ts';
import type { Memory, RunFacts, Told } from './facts.ts';
import type { ContainerStatus, CustomRun, PipelineRun, Pod, TaskRun } from './schemas/index.ts';

export const nothingTold: Told = {
  submitted: false,
  cancelRequested: false,
  phase: undefined,
  waiting: undefined,
  started: new Set(),
  ended: new Set(),
  notes: new Map(),
  steps: new Set(),
  tasks: undefined,
  results: undefined,
  lines: 0,
  endings: new Map(),
};

/**
 * What is known now: the newest of what was seen. Watches of several types are not in step, and one may be a restart
 * behind, so what has ended stays so, and an object that is gone is remembered as it was last seen.
 */
export function remember(before: Memory | undefined, facts: RunFacts): Memory {
  const pipelineRun = newer(before?.pipelineRun, facts.pipelineRun, isDone);
  const done = pipelineRun !== undefined && isDone(pipelineRun);
  return {
    pipelineRun,
    taskRuns: merge<TaskRun>(before?.taskRuns, facts.taskRuns, isDone),
    customRuns: merge<CustomRun>(before?.customRuns, facts.customRuns, isDone),
    pods: merge<Pod>(
      before?.pods,
      (facts.pods ?? []).map((pod) => withWhyItWaited(before?.pods.get(pod.metadata.name), pod)),
      podIsTerminal,
    ),
    doneSince: before?.doneSince ?? (done ? facts.now : undefined),
    overSince: before?.overSince,
    told: before?.told ?? nothingTold,
  };
}

/** Of a pod that is taken away the kubelet forgets why its containers could not be made, and says that they were lost. */
function withWhyItWaited(known: Pod | undefined, given: Pod): Pod {
  const isTakenAway = given.metadata.deletionTimestamp !== undefined && known?.metadata.uid === given.metadata.uid;
  if (known?.status === undefined || given.status === undefined || !isTakenAway) return given;
  const { status } = known;
  return {
    ...given,
    status: {
      ...given.status,
      initContainerStatuses: given.status.initContainerStatuses.map(asItWaited(status.initContainerStatuses)),
      containerStatuses: given.status.containerStatuses.map(asItWaited(status.containerStatuses)),
    },
  };
}

function asItWaited(before: readonly ContainerStatus[]): (now: ContainerStatus) => ContainerStatus {
  return (now) => {
    if (hasBegun(now)) return now;
    return before.find(({ name, state }) => name === now.name && state?.waiting?.message !== undefined) ?? now;
  };
}

function merge<T extends TaskRun | CustomRun | Pod>(
  before: ReadonlyMap<string, T> | undefined,
  now: readonly T[],
  hasEnded: (object: T) => boolean,
): ReadonlyMap<string, T> {
  const merged = new Map(before);
  for (const object of now) {
    const known = newer(merged.get(object.metadata.name), object, hasEnded);
    if (known !== undefined) merged.set(object.metadata.name, known);
  }
  return merged;
}

function newer<T extends PipelineRun | TaskRun | CustomRun | Pod>(
  known: T | undefined,
  given: T | undefined,
  hasEnded: (object: T) => boolean,
): T | undefined {
  if (known === undefined || given === undefined) return given ?? known;
  const isSame = known.metadata.uid === given.metadata.uid;
  return isSame && hasEnded(known) && !hasEnded(given) ? known : given;
}
