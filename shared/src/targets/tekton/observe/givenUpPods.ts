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

function hasUnmadeContainer(taskRun: TaskRun): boolean {
  const { state, reason } = standingOf(taskRun);
  return state === 'failed' && reason === 'CreateContainerConfigError';
}
