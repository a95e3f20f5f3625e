import { podIsTerminal, standingOf } from './conditions.ts';
import type { Pod, TaskRun } from './schemas/index.ts';

/**
 * Pods one of whose containers cannot be made, so that Tekton calls their TaskRun failed, and leaves them: they keep their place and
 * their GPU, and would begin after all once somebody makes the Secret that was missing. Those that are being taken away are not among them.
 */
export function givenUpPods(taskRuns: readonly TaskRun[], pods: readonly Pod[]): Pod[] {
  const givenUp = new Set(
    taskRuns.filter((taskRun) => hasUnmadeContainer(taskRun)).map((taskRun) => taskRun.status?.podName),
  );
  return pods.filter(
    (pod) => givenUp.has(pod.metadata.name) && pod.metadata.deletionTimestamp === undefined && !podIsTerminal(pod),
  );
}

/**
 * Whether all that a pod says of its containers is that they are being made. Where its TaskRun says more, the watch of pods is behind:
 * taken away now, the pod would never say which of them could not be made, and why.
 */
export function isBeingMade({ status }: Pod): boolean {
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const waiting = containers.flatMap(({ state }) => state?.waiting ?? []);
  return containers.length === 0 || (waiting.length > 0 && waiting.every(({ message }) => message === undefined));
}

function hasUnmadeContainer(taskRun: TaskRun): boolean {
  const { state, reason } = standingOf(taskRun);
  return state === 'failed' && reason === 'CreateContainerConfigError';
}
