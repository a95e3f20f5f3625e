import { isDone, podCondition, podIsTerminal, standingOf } from '../conditions.ts';
import type { RunFacts } from '../facts.ts';
import type { PipelineRun, Pod, TaskRun } from '../schemas/index.ts';
import { line } from '../text.ts';
import type { Pending } from './pending.ts';

/** What is needed to say why a run waits. */
export type PendingFacts = Omit<RunFacts, 'context' | 'customRuns' | 'progress' | 'pipelineRun' | 'pods'> & {
  readonly pipelineRun: PipelineRun;
  readonly pods: readonly Pod[];
};

/** Why a run waits and what would end that, as sentences for people; undefined where nothing is worth saying. */
export function explainPending(facts: PendingFacts): string | undefined {
  return pendingOf(facts)?.text;
}

/** Where a run stands that does not do anything yet; undefined when nothing of it waits. */
export function pendingOf(facts: PendingFacts): Pending | undefined {
  if (isDone(facts.pipelineRun)) return undefined;
  for (const taskRun of facts.taskRuns) {
    if (isDone(taskRun)) continue;
    const pending = taskPending(
      taskRun,
      facts.pods.find(({ metadata }) => metadata.name === taskRun.status?.podName),
    );
    if (pending !== undefined) return pending;
  }
  return undefined;
}

function taskPending(taskRun: TaskRun, pod: Pod | undefined): Pending | undefined {
  if (pod === undefined) return { phase: 'queued', text: line(standingOf(taskRun).message) };
  if (podIsTerminal(pod) || pod.status?.phase === 'Running') return undefined;
  const scheduled = podCondition(pod, 'PodScheduled');
  if (scheduled?.status === 'False') return { phase: 'queued', text: line(scheduled.message ?? '') };
  return { phase: 'staging', text: undefined };
}
