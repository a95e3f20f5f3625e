import type { Step } from '../../../../protocol/index.ts';
import { isDone, podIsTerminal } from '../conditions.ts';
import type { StepEnding } from '../facts.ts';
import type { SeenTask, TaskTry } from '../graph/pipelineTasks.ts';
import type { PipelineTask, Pod, TaskRun } from '../schemas/index.ts';
import type { Summary } from '../summary.ts';
import { goDuration, limitWords } from '../text.ts';
import { seeSteps, type StepSight } from './stepSight.ts';
import { afterCancel, judgeStep, type StepVerdict, withoutConsequence } from './stepVerdict.ts';

/** A step of the run as it is now. */
export interface SeenStep {
  /** In the run. */
  readonly name: string;
  readonly task: string;
  /** Name of its TaskRun, once there is one. */
  readonly taskRun: string | undefined;
  readonly sight: StepSight;
  /** How it ended. */
  readonly verdict: StepVerdict | undefined;
  /** True while its task has tries left, so that a bad end is not its last word. */
  readonly mayRunAgain: boolean;
  /**
   * False while all that is known of how a step of ours ended is its exit code: why it failed, or whether it was skipped, it will
   * say itself in progress.jsonl or the summary, which may come later than what the API tells.
   */
  readonly isSure: boolean;
  /** Its memory limit as a quantity. */
  readonly memory: string | undefined;
}

/** What is known beside TaskRuns and their specs. */
export interface StepSources {
  /** True for steps that Slipway wrote. */
  readonly isOurs: boolean;
  /** As last seen. */
  readonly pods: ReadonlyMap<string, Pod>;
  /** False for a pod that has gone since. */
  readonly isThere: (pod: string) => boolean;
  readonly summary: Summary | undefined;
  readonly endings: ReadonlyMap<string, StepEnding>;
  /** A cancel was asked for. */
  readonly isCancelled: boolean;
}

/** The steps of all tasks, in the order in which the pipeline has them. */
export function seeAllSteps(tasks: readonly SeenTask[], sources: StepSources): SeenStep[] {
  const seen = tasks.flatMap(({ spec, tries }) => tries.flatMap((each) => seeTry(spec, each, sources)));
  const hasWords = (step: string): boolean => sources.summary?.steps.has(step) === true || sources.endings.has(step);
  const steps = sources.isOurs && sources.isCancelled ? afterCancel(seen, hasWords) : seen;
  return sources.isOurs
    ? steps.map((step, index) => ({ ...step, isSure: isSure(step, steps.slice(0, index), sources) }))
    : steps;
}

function isSure(step: SeenStep, before: readonly SeenStep[], sources: StepSources): boolean {
  // Its exit code is the run's; how it did itself is known with the summary.
  if (step.name === 'collect' && step.verdict?.state === 'failed') return sources.summary !== undefined;
  if (sources.summary !== undefined || sources.endings.has(step.name)) return true;
  if (step.verdict?.state === 'failed') return step.sight.ending !== undefined && step.sight.ending !== 'killed';
  if (step.verdict?.state !== 'succeeded') return true;
  const maySkip = step.name === 'report' || step.name === 'test';
  return !maySkip && !before.some(({ verdict }) => verdict?.state === 'failed');
}

function seeTry(task: PipelineTask, { taskRun, steps }: TaskTry, sources: StepSources): SeenStep[] {
  const pod = sources.pods.get(taskRun?.status?.podName ?? '');
  const sights = seeSteps(
    steps.map(({ own }) => own),
    taskRun,
    pod,
    pod !== undefined && !podIsTerminal(pod) && sources.isThere(pod.metadata.name),
  );
  const mayRunAgain = taskRun !== undefined && hasTriesLeft(taskRun);
  return steps.flatMap(({ name, own, timeout }, index) => {
    const sight = sights[index];
    if (sight === undefined) return [];
    const limit = goDuration(timeout);
    const memory = pod?.spec?.containers.find(({ name: container }) => container === `step-${own}`)?.resources?.limits
      .memory;
    const words = {
      summary: sources.summary,
      ending: sources.endings.get(own),
      limit: limit === undefined ? undefined : limitWords(limit),
      memory,
    };
    // Ours go on so that what failed is reported on: it fails the run all the same.
    const isIgnored = !sources.isOurs && (sight.isContinued || task.onError === 'continue');
    const judged = sight.state === 'ended' ? judgeStep(sight, words) : undefined;
    const verdict = judged !== undefined && isIgnored ? withoutConsequence(judged) : judged;
    return [
      { name, task: task.name, taskRun: taskRun?.metadata.name, sight, verdict, mayRunAgain, isSure: true, memory },
    ];
  });
}

function hasTriesLeft(taskRun: TaskRun): boolean {
  return !isDone(taskRun) && (taskRun.spec?.retries ?? 0) > 0;
}

/** The first step that failed the run. */
export function stepAtFault(steps: readonly SeenStep[]): SeenStep | undefined {
  return steps.find(({ verdict }) => verdict?.state === 'failed' && verdict.ignored !== true);
}

/** A step in the form that a run shows. */
export function asStep({ name, sight, verdict }: SeenStep): Step {
  const started = verdict === undefined || ranAtAll(sight) ? sight.startedAt : undefined;
  return {
    name,
    state: verdict?.state ?? (sight.state === 'running' ? 'running' : 'pending'),
    ...(sight.state !== 'pending' && started !== undefined && { startedAt: started }),
    ...(started !== undefined && sight.finishedAt !== undefined && { finishedAt: sight.finishedAt }),
    ...(verdict?.exitCode !== undefined && { exitCode: verdict.exitCode }),
    ...(verdict?.reason !== undefined && { reason: verdict.reason }),
    ...(verdict?.note !== undefined && { note: verdict.note }),
    ...(verdict?.ignored === true && { ignored: true }),
  };
}

const neverRan: ReadonlySet<StepSight['ending']> = new Set(['skipped', 'notRun', 'cancelled', 'noTurn', 'unknown']);

/** False for a step that Tekton ended before its turn. */
export function ranAtAll(sight: StepSight): boolean {
  return !neverRan.has(sight.ending);
}
