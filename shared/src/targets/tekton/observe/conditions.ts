import { tektonLabels } from './tektonLabels.ts';
import { line } from './text.ts';
import {
  type Condition,
  type ContainerStatus,
  type PipelineRun,
  type Pod,
  succeededCondition,
  type TaskRun,
} from './schemas/index.ts';

/** Where a run of Tekton's stands, by its condition `Succeeded`. */
export interface Standing {
  readonly state: 'new' | 'going' | 'succeeded' | 'failed';
  readonly reason: string;
  readonly message: string;
}

export function standingOf(object: {
  readonly status?: { readonly conditions: readonly Condition[] } | undefined;
}): Standing {
  const condition = succeededCondition(object.status?.conditions);
  if (condition === undefined) return { state: 'new', reason: '', message: '' };
  const state = condition.status === 'True' ? 'succeeded' : condition.status === 'False' ? 'failed' : 'going';
  return { state, reason: condition.reason ?? '', message: condition.message ?? '' };
}

export function isDone(object: Parameters<typeof standingOf>[0]): boolean {
  const { state } = standingOf(object);
  return state === 'succeeded' || state === 'failed';
}

/** What Tekton says of it, as one line: its message, else its reason. */
export function wordsOf({ reason, message }: Standing): string {
  return line(message === '' ? reason : message);
}

export function podIsTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/**
 * Nothing of a pod of Tekton's runs any more: it starts no container anew, and its phase follows the last end by a second.
 * Of one that is being taken away the node may have more to say.
 */
export function podHasEnded(pod: Pod): boolean {
  if (podIsTerminal(pod)) return true;
  const containers = pod.status?.containerStatuses ?? [];
  if (pod.metadata.deletionTimestamp !== undefined || containers.length === 0) return false;
  if (containers.length < (pod.spec?.containers.length ?? 0)) return false;
  return containers.every(({ state }) => state?.terminated !== undefined);
}

/** A container that ran, or runs. Of one that was never made the kubelet says "terminated" without a start. */
export function hasBegun({ state }: ContainerStatus): boolean {
  return state?.running !== undefined || state?.terminated?.startedAt !== undefined;
}

/** A node has been chosen for it. */
export function podIsPlaced(pod: Pod): boolean {
  return podCondition(pod, 'PodScheduled')?.status === 'True' || pod.spec?.nodeName !== undefined;
}

/** Names of the claims that it mounts. */
export function claimsOf(pod: Pod): string[] {
  return (pod.spec?.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
}

export function podCondition(pod: Pod, type: string): Condition | undefined {
  return pod.status?.conditions.find((condition) => condition.type === type);
}

/** True for a PipelineRun on which a cancel was asked for. */
export function isCancelAsked(pipelineRun: PipelineRun): boolean {
  return ['Cancelled', 'CancelledRunFinally', 'StoppedRunFinally'].includes(pipelineRun.spec?.status ?? '');
}

/** How a TaskRun or PipelineRun ended that was not let to its end. */
export function stopOf(standing: Standing): 'cancelled' | 'timedOut' | undefined {
  if (standing.state !== 'failed') return undefined;
  if (
    /^(?:Cancelled|CancelledRunningFinally|StoppedRunningFinally|TaskRunCancelled|CustomRunCancelled|RunCancelled)$/.test(
      standing.reason,
    )
  ) {
    return standing.message.includes('timed out') ? 'timedOut' : 'cancelled';
  }
  return /^(?:PipelineRunTimeout|PipelineRunTimeoutRunningFinally|TaskRunTimeout|RunTimedOut|CustomRunTimedOut)$/.test(
    standing.reason,
  )
    ? 'timedOut'
    : undefined;
}

/** The pipeline's task that a TaskRun is a try of. */
export function pipelineTaskOf(pipelineRun: PipelineRun, taskRun: TaskRun): string | undefined {
  const reference = pipelineRun.status?.childReferences.find(({ name }) => name === taskRun.metadata.name);
  return reference?.pipelineTaskName ?? taskRun.metadata.labels[tektonLabels.pipelineTask];
}
