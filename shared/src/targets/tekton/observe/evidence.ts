import { diagnoseCluster } from '../../../diagnosis/index.ts';
import type { Diagnosis, Run } from '../../../protocol/index.ts';
import { claimsOf, podCondition, standingOf } from './conditions.ts';
import type { RunEnd } from './runEnd.ts';
import { type ClusterEvent, eventTime, type PipelineRun, type Pod, type TaskRun } from './schemas/index.ts';
import { asStep, ranAtAll, stepAtFault, type SeenStep } from './steps/seenSteps.ts';
import { killedCode } from './steps/stepVerdict.ts';
import { line } from './text.ts';

/** How a run ended, and the objects that may say why. */
export interface EndEvidence {
  /** As it was first shown. */
  readonly run: Run;
  readonly end: RunEnd;
  readonly steps: readonly SeenStep[];
  readonly pipelineRun: PipelineRun;
  readonly taskRuns: readonly TaskRun[];
  readonly pods: readonly Pod[];
  readonly events: readonly ClusterEvent[];
}

const mostEvents = 20;

/** What the cluster's own words tell of why a run ended badly; undefined where only its logs can. */
export function diagnoseEnd(evidence: EndEvidence): Diagnosis | undefined {
  const { run, end, steps } = evidence;
  const ended: Run = {
    ...run,
    state: end.state,
    steps: steps.map(asStep),
    ...(end.reason !== undefined && { reason: end.reason }),
    ...(end.failedCell !== undefined && { failedCell: end.failedCell }),
  };
  return diagnoseCluster({ run: ended, logTail: '', cluster: { lines: clusterLines(evidence) } });
}

/** Facts as lines, in the order in which they can be trusted; what waited and then ran is no reason any more. */
export function clusterLines(evidence: EndEvidence): string[] {
  const { end, steps, pipelineRun, taskRuns, pods, events } = evidence;
  const ran = steps.some(({ sight }) => sight.startedAt !== undefined && ranAtAll(sight));
  return [
    ...(end.state === 'lost' ? ['PipelineRunDeleted'] : []),
    ...podEndedLine(end),
    ...[pipelineRun, ...taskRuns].flatMap(conditionLine),
    ...pods.flatMap(({ status }) => reasonLine(status?.reason, status?.message)),
    ...killedLines(end, steps),
    ...(ran ? [] : [...pods.flatMap(waitLines), ...taskRuns.flatMap(stepWaitLines), ...eventLines(evidence, events)]),
  ].map(line);
}

/** Only a reason tells it: Tekton and Kubernetes keep nothing of a pod that was deleted. */
function podEndedLine({ reason = '' }: RunEnd): string[] {
  const [, why] = /\bits pod was ended (?:while it ran|before the run was done): ([^\n]+)/.exec(reason) ?? [];
  return why === undefined ? [] : [`PodEnded: ${why}`];
}

function conditionLine(object: PipelineRun | TaskRun): string[] {
  const { state, reason, message } = standingOf(object);
  return state === 'failed' || state === 'going' ? reasonLine(reason, message) : [];
}

function reasonLine(reason: string | undefined, message: string | undefined): string[] {
  if (reason === undefined || reason === '') return [];
  return [message === undefined || message === '' ? reason : `${reason}: ${message}`];
}

/**
 * Only where the step that failed is the one that was killed. Where a pod's limit of memory is met before its container's, the
 * runtime tells of a kill alone; the same where it hears of memory too late (<https://github.com/containerd/containerd/issues/12260>).
 */
function killedLines(end: RunEnd, steps: readonly SeenStep[]): string[] {
  const failed = stepAtFault(steps);
  if (failed === undefined) return [];
  const limit = failed.memory === undefined ? '' : `, memory limit ${failed.memory}`;
  if (failed.sight.ending === 'outOfMemory') return [`step-${failed.name}: OOMKilled${limit}`];
  return end.state === 'failed' && wasKilled(failed) && limit !== '' ? [`step-${failed.name}: Killed${limit}`] : [];
}

function wasKilled({ sight, verdict }: SeenStep): boolean {
  return sight.ending === 'killed' || verdict?.exitCode === killedCode;
}

function waitLines(pod: Pod): string[] {
  const scheduled = podCondition(pod, 'PodScheduled');
  const containers = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  return [
    ...(scheduled?.status === 'False' ? reasonLine(scheduled.reason ?? 'Unschedulable', scheduled.message) : []),
    ...containers.flatMap(({ state }) => reasonLine(state?.waiting?.reason, state?.waiting?.message)),
  ];
}

/** What a pod waited for that is gone. */
function stepWaitLines({ status }: TaskRun): string[] {
  return (status?.steps ?? []).flatMap(({ waiting }) => reasonLine(waiting?.reason, waiting?.message));
}

function eventLines({ pods, taskRuns, pipelineRun }: EndEvidence, events: readonly ClusterEvent[]): string[] {
  const claims = pods.flatMap(claimsOf);
  const names = new Set([
    ...[pipelineRun, ...taskRuns, ...pods].map(({ metadata }) => metadata.name),
    // Tekton deletes the pods of a run that it ends.
    ...taskRuns.flatMap(({ status }) => status?.podName ?? []),
  ]);
  return events
    .filter(({ type, involvedObject }) => {
      const isClaim = involvedObject?.kind === 'PersistentVolumeClaim';
      return (
        type === 'Warning' &&
        (isClaim ? claims.includes(involvedObject.name ?? '') : names.has(involvedObject?.name ?? ''))
      );
    })
    .toSorted((a, b) => eventTime(b) - eventTime(a))
    .slice(0, mostEvents)
    .flatMap(({ reason, message }) => reasonLine(reason, message));
}
