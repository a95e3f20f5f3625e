import type { Pod } from './clusterObjects.ts';

/** Why a helper pod does not run (yet). */
export interface PodObstacle {
  readonly reason: string;
  /** Waiting does not help. */
  readonly final: boolean;
}

const finalReasons = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

/** Undefined when it runs, and when it is on its way. */
export function obstacleOf(pod: Pod): PodObstacle | undefined {
  const { status } = pod;
  if (pod.metadata.deletionTimestamp !== undefined) return { reason: 'it is being deleted', final: true };
  if (status?.phase === 'Failed' || status?.phase === 'Succeeded') return { reason: endedWords(pod), final: true };
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  for (const { state } of containers) {
    const { reason, message } = state.waiting ?? {};
    if (reason === undefined || !finalReasons.has(reason)) continue;
    return { reason: withDetail(reason, message), final: true };
  }
  const scheduled = status?.conditions.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status !== 'False') return undefined;
  return { reason: scheduled.message ?? scheduled.reason ?? 'no node has been found for it', final: false };
}

export function isRunning(pod: Pod): boolean {
  const { containerStatuses = [] } = pod.status ?? {};
  return containerStatuses.length > 0 && containerStatuses.every(({ state }) => state.running !== undefined);
}

function endedWords({ status }: Pod): string {
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const ended = containers.find(({ state }) => (state.terminated?.exitCode ?? 0) !== 0)?.state.terminated;
  if (status?.reason !== undefined || status?.message !== undefined)
    return withDetail(status.reason ?? 'it ended', status.message);
  if (ended === undefined) return 'it ended';
  return withDetail(ended.reason ?? 'Error', ended.message ?? `exit code ${ended.exitCode}`);
}

function withDetail(reason: string, message: string | undefined): string {
  const detail = message?.trim().split('\n')[0];
  return detail === undefined || detail === '' ? reason : `${reason}: ${detail}`;
}
