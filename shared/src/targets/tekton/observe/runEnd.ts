import { maskSecrets } from '../../../diagnosis/index.ts';
import type { RunEvent } from '../../../protocol/index.ts';
import { outOfMemoryWords } from './steps/stepVerdict.ts';
import { pipelineTaskOf, podCondition, standingOf, stopOf, wordsOf } from './conditions.ts';
import { isOurs } from './identity.ts';
import type { PipelineRun, Pod, TaskRun } from './schemas/index.ts';
import { stepAtFault, type SeenStep } from './steps/seenSteps.ts';
import { cellsOf, failedCellOf, type Summary } from './summary.ts';
import { cutText, goDuration, limitWords, line } from './text.ts';

export type Finished = Extract<RunEvent, { type: 'finished' }>;
export type RunEnd = Omit<Finished, 'type' | 'time'>;

export interface EndFacts {
  readonly pipelineRun: PipelineRun;
  readonly taskRuns: readonly TaskRun[];
  readonly pods: ReadonlyMap<string, Pod>;
  readonly steps: readonly SeenStep[];
  readonly summary: Summary | undefined;
}

/** How a PipelineRun that is done has ended: by the summary of its last step, else by its exit codes, else by its conditions. */
export function judgeRun(facts: EndFacts): RunEnd {
  const end = judge(facts);
  return end.reason === undefined ? end : { ...end, reason: maskSecrets(end.reason) };
}

function judge(facts: EndFacts): RunEnd {
  const { summary } = facts;
  if (summary !== undefined) return bySummary(summary, facts);
  const standing = standingOf(facts.pipelineRun);
  const stop = stopOf(standing);
  if (stop === 'cancelled') return { state: 'cancelled', reason: 'cancelled' };
  if (stop === 'timedOut') return { state: 'timedOut', reason: timeoutWords(facts) };
  if (!isOurs(facts.pipelineRun.metadata)) return byCondition(facts);
  return byTaskRuns(facts) ?? byLostPod(facts) ?? bySteps(facts) ?? byCondition(facts);
}

function bySummary(summary: Summary, { steps }: EndFacts): RunEnd {
  const failedCell = failedCellOf(summary);
  const cells = cellsOf(summary);
  // A step whose container was killed could not say why.
  const killed = summary.verdict === 'failed' ? steps.find(({ sight }) => sight.ending === 'outOfMemory') : undefined;
  const reason = killed?.verdict?.reason === undefined ? summary.reason : `${killed.name}: ${killed.verdict.reason}`;
  return {
    state: summary.verdict,
    ...(reason !== undefined && reason !== '' && { reason: cutText(reason) }),
    ...(failedCell !== undefined && { failedCell }),
    ...(cells !== undefined && { cells }),
  };
}

function timeoutWords({ pipelineRun, steps }: EndFacts): string {
  const limit = goDuration(pipelineRun.spec?.timeouts?.pipeline ?? pipelineRun.spec?.timeouts?.tasks);
  const at = steps.find(({ sight }) => sight.startedAt !== undefined && sight.ending === 'cancelled')?.name;
  const words = `the time limit ${limit === undefined ? 'of the run' : `of ${limitWords(limit)}`} was reached`;
  return at === undefined ? words : `${words} in ${at}`;
}

/** What went wrong before or around the steps. */
function byTaskRuns({ taskRuns, pods, steps }: EndFacts): RunEnd | undefined {
  for (const taskRun of taskRuns) {
    const standing = standingOf(taskRun);
    if (stopOf(standing) === 'timedOut') {
      const limit = goDuration(taskRun.spec?.timeout);
      return {
        state: 'timedOut',
        reason: `the time limit ${limit === undefined ? '' : `of ${limitWords(limit)} `}was reached`,
      };
    }
    const pod = pods.get(taskRun.status?.podName ?? '');
    const reason = aroundSteps(standing, pod);
    if (reason !== undefined) return { state: 'failed', reason };
  }
  const timedOut = steps.find(({ sight }) => sight.ending === 'timeout');
  return timedOut === undefined
    ? undefined
    : { state: 'timedOut', reason: `${timedOut.name}: ${timedOut.verdict?.reason ?? 'its time limit was reached'}` };
}

/** Reasons that no step's exit code tells of; undefined where a step is at fault, or none. */
function aroundSteps(
  { state, reason, message }: ReturnType<typeof standingOf>,
  pod: Pod | undefined,
): string | undefined {
  if (state !== 'failed') return undefined;
  const words = line(message);
  if (pod?.status?.reason === 'Evicted' || reason === 'PodEvicted') {
    return `the pod was evicted: ${line(pod?.status?.message ?? message)}`;
  }
  if (reason === 'InitContainerOOM') return `before the first step, ${outOfMemoryWords(undefined)}`;
  if (pod?.status?.reason === 'UnexpectedAdmissionError')
    return `the node refused the pod: ${line(pod.status.message ?? '')}`;
  return hasStepsAtFault.has(reason) ? undefined : words === '' ? reason : words;
}

const hasStepsAtFault: ReadonlySet<string> = new Set(['Failed', 'StepFailed', 'StepOOM', '']);

/** A pod that ended while steps waited for their turn was ended from outside. */
function byLostPod({ steps, pods }: EndFacts): RunEnd | undefined {
  if (!steps.some(({ sight }) => sight.ending === 'noTurn')) return undefined;
  const disruption = [...pods.values()]
    .map((pod) => podCondition(pod, 'DisruptionTarget'))
    .find((each) => each?.status === 'True');
  const why = disruption?.message === undefined ? 'it was deleted, or its node went down' : line(disruption.message);
  return { state: 'failed', reason: `its pod was ended before the run was done: ${why}` };
}

function bySteps({ steps }: EndFacts): RunEnd | undefined {
  const failed = stepAtFault(steps);
  if (failed?.verdict === undefined) return undefined;
  return { state: 'failed', reason: `${failed.name}: ${failed.verdict.reason ?? 'failed'}` };
}

function byCondition(facts: EndFacts): RunEnd {
  const standing = standingOf(facts.pipelineRun);
  if (standing.state === 'succeeded') return { state: 'succeeded' };
  return bySteps(facts) ?? { state: 'failed', reason: taskWords(facts) ?? wordsOf(standing) };
}

/** Why a task failed none of whose steps did; the PipelineRun only counts. */
function taskWords({ pipelineRun, taskRuns }: EndFacts): string | undefined {
  const failed = taskRuns.find((taskRun) => {
    const { state, reason } = standingOf(taskRun);
    return state === 'failed' && reason !== 'FailureIgnored';
  });
  if (failed === undefined) return undefined;
  return `${pipelineTaskOf(pipelineRun, failed) ?? failed.metadata.name}: ${wordsOf(standingOf(failed))}`;
}
