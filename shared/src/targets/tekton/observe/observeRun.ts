import type { Diagnosis, Run, RunEvent } from '../../../protocol/index.ts';
import { givenUpPods } from './givenUpPods.ts';
import { hasBegun, isCancelAsked, isDone, pipelineTaskOf, podHasEnded } from './conditions.ts';
import type { Memory, ObservedRun, RunFacts, Told } from './facts.ts';
import { seeTasks, type SeenTask } from './graph/pipelineTasks.ts';
import { describeTasks } from './graph/taskStates.ts';
import { remember } from './memory.ts';
import { pendingOf } from './pending/explainPending.ts';
import { diagnoseEnd } from './evidence.ts';
import { firstSight } from './rowOf.ts';
import { judgeRun, type RunEnd } from './runEnd.ts';
import { isOurs } from './identity.ts';
import type { PipelineRun, Pod } from './schemas/index.ts';
import { seeAllSteps, stepAtFault, type SeenStep } from './steps/seenSteps.ts';
import { parseTerminationMessage } from './steps/terminationMessage.ts';
import { parseSummary, type Summary } from './summary.ts';
import { readProgress } from './tell/progress.ts';
import { Teller } from './tell/teller.ts';
import { containerOf, summaryResult, taskNames } from '../../../pipeline/index.ts';

/** How long the watches of TaskRuns may be behind the one of PipelineRuns, ms. */
const lagMs = 10_000;
/** How long after the end a pod may take to go; one on a dead node never does. */
const podLagMs = 120_000;
/** How long its steps' last words may be behind its objects, ms: they come over another connection. */
const progressLagMs = 5_000;

/**
 * Reads facts into events. Total and idempotent: the same facts add nothing, older ones change nothing, and what cannot be
 * read is left out. The run is final when its PipelineRun is done, its pods have ended or gone and what they said has come,
 * or when it was deleted.
 * @param previous what this function answered last for this run
 */
export function observeRun(previous: ObservedRun | undefined, facts: RunFacts): ObservedRun {
  if (previous?.final === true) return previous;
  const given = sameRun(previous?.memory.pipelineRun, facts.pipelineRun);
  const memory = remember(previous?.memory, { ...facts, pipelineRun: given });
  const { pipelineRun } = memory;
  if (pipelineRun === undefined) return previous ?? unseen(facts.context, memory);
  const isGone = given === undefined;
  const ending = endOf(memory, facts, pipelineRun, isGone);
  const { events, told } = tell(memory, facts, pipelineRun, ending);
  return {
    context: facts.context,
    name: pipelineRun.metadata.name,
    events: events.length === 0 ? (previous?.events ?? []) : [...(previous?.events ?? []), ...events],
    final: ending.kind === 'ended',
    recheckAt: ending.kind === 'later' ? ending.at : undefined,
    memory: { ...memory, overSince: ending.kind === 'later' ? ending.overSince : undefined, told },
  };
}

/** A PipelineRun that was deleted and made anew under the same name is another one. */
function sameRun(known: PipelineRun | undefined, given: PipelineRun | undefined): PipelineRun | undefined {
  return known !== undefined && given !== undefined && known.metadata.uid !== given.metadata.uid ? undefined : given;
}

function unseen(context: string, memory: Memory): ObservedRun {
  return { context, name: '', events: [], final: false, recheckAt: undefined, memory };
}

type Ending =
  | { readonly kind: 'open' }
  | { readonly kind: 'later'; readonly at: number; readonly overSince?: number }
  | { readonly kind: 'ended'; readonly isLost: boolean };

function endOf(memory: Memory, facts: RunFacts, pipelineRun: PipelineRun, isGone: boolean): Ending {
  const { doneSince } = memory;
  if (isGone) return { kind: 'ended', isLost: doneSince === undefined };
  if (doneSince === undefined) return { kind: 'open' };
  const waits = [
    ...(taskRunsAreBehind(memory, pipelineRun) ? [doneSince + lagMs] : []),
    ...(podsGoOn(memory, facts) ? [facts.turnsAreGiven === true ? facts.now + lagMs : doneSince + podLagMs] : []),
    // Whoever follows a run of ours takes them away.
    ...(isOurs(pipelineRun.metadata) && givenUpPodsOf(memory, facts).length > 0 ? [doneSince + lagMs] : []),
  ].filter((until) => until > facts.now);
  if (waits.length > 0) return { kind: 'later', at: Math.max(...waits) };
  const overSince = memory.overSince ?? facts.now;
  const until = overSince + progressLagMs;
  if (facts.progressGoesOn === true && until > facts.now) return { kind: 'later', at: until, overSince };
  return { kind: 'ended', isLost: false };
}

function taskRunsAreBehind(memory: Memory, pipelineRun: PipelineRun): boolean {
  if ([...memory.taskRuns.values()].some((taskRun) => !isDone(taskRun))) return true;
  const references = pipelineRun.status?.childReferences ?? [];
  return references.some(({ kind, name }) => kind === 'TaskRun' && !memory.taskRuns.has(name));
}

function podsGoOn(memory: Memory, facts: RunFacts): boolean {
  if (facts.pods === undefined) return false;
  const pods = new Set([...memory.taskRuns.values()].map((taskRun) => taskRun.status?.podName));
  const givenUp = new Set(givenUpPodsOf(memory, facts));
  return facts.pods.some(
    (pod) => pods.has(pod.metadata.name) && !podHasEnded(pod) && !neverBegins(pod) && !givenUp.has(pod),
  );
}

function givenUpPodsOf(memory: Memory, facts: RunFacts): Pod[] {
  return givenUpPods([...memory.taskRuns.values()], facts.pods ?? []);
}

/** A pod that is being taken away before any of its containers ran has nothing to tell, however long that takes. */
function neverBegins({ metadata, status }: Pod): boolean {
  if (metadata.deletionTimestamp === undefined) return false;
  return !(status?.containerStatuses ?? []).some(hasBegun);
}

function tell(
  memory: Memory,
  facts: RunFacts,
  pipelineRun: PipelineRun,
  ending: Ending,
): { events: readonly RunEvent[]; told: Told } {
  const teller = new Teller(memory.told, facts.now);
  const objects = {
    pipelineRun,
    taskRuns: [...memory.taskRuns.values()],
    customRuns: [...memory.customRuns.values()],
    childRuns: facts.childRuns ?? [],
  };
  const tasks = seeTasks(objects);
  const ours = isOurs(pipelineRun.metadata);
  const created = pipelineRun.metadata.creationTimestamp ?? 0;
  const progress = readProgress(facts.progress, memory.told, { from: created, to: facts.now });
  const summary = facts.summary ?? (ours ? summaryOf(pipelineRun, memory) : undefined);
  const there = new Set(facts.pods?.map(({ metadata }) => metadata.name));
  const isThere = (name: string): boolean => there.has(name);
  const isCancelled = isCancelAsked(pipelineRun) || facts.cancelRequested === true;
  const { endings } = progress;
  const steps = seeAllSteps(tasks, { isOurs: ours, pods: memory.pods, isThere, summary, endings, isCancelled });
  const run = firstSight(
    facts.context,
    pipelineRun,
    steps.map(({ name }) => name),
  );
  teller.submit(run);
  if (isCancelled) teller.cancelRequested();
  if (!ours || tasks.length > 1)
    teller.tasks(
      describeTasks(pipelineRun, tasks),
      steps.map(({ name }) => name),
    );
  if (ending.kind !== 'ended') tellWaiting(teller, facts, memory, pipelineRun, steps);
  teller.steps(steps, progress, { ended: ending.kind === 'ended', skippedTasks: skippedTasks(tasks, pipelineRun) });
  if (!ours) teller.results(pipelineRun.status?.results ?? []);
  if (ending.kind === 'ended')
    finish(teller, memory, { pipelineRun, steps, summary, run, facts, isLost: ending.isLost });
  return teller.done();
}

function tellWaiting(
  teller: Teller,
  facts: RunFacts,
  memory: Memory,
  pipelineRun: PipelineRun,
  steps: readonly SeenStep[],
): void {
  const pending = pendingOf({
    ...facts,
    pipelineRun,
    taskRuns: [...memory.taskRuns.values()],
    pods: facts.pods ?? [],
  });
  if (pending !== undefined) teller.pending(pending, steps);
}

function skippedTasks(tasks: readonly SeenTask[], pipelineRun: PipelineRun): ReadonlyMap<string, string> {
  const described = describeTasks(pipelineRun, tasks).filter(({ state }) => state === 'skipped');
  return new Map(described.map(({ name, reason }) => [name, reason ?? 'skipped']));
}

/**
 * The result that the step `collect` wrote: of its TaskRun, else of its container, since a TaskRun that ended for want of
 * memory in an earlier step takes no results any more.
 */
function summaryOf(pipelineRun: PipelineRun, memory: Memory): Summary | undefined {
  for (const taskRun of memory.taskRuns.values()) {
    if (pipelineTaskOf(pipelineRun, taskRun) !== taskNames.run) continue;
    const value = taskRun.status?.results.find(({ name }) => name === summaryResult)?.value;
    if (typeof value === 'string') return parseSummary(value);
    const pod = memory.pods.get(taskRun.status?.podName ?? '');
    const container = pod?.status?.containerStatuses.find(({ name }) => name === containerOf('collect'));
    const written = parseTerminationMessage(container?.state?.terminated?.message).results.get(summaryResult);
    if (written !== undefined) return parseSummary(written);
  }
  return undefined;
}

interface End {
  readonly pipelineRun: PipelineRun;
  readonly steps: readonly SeenStep[];
  readonly summary: Summary | undefined;
  readonly run: Run;
  readonly facts: RunFacts;
  readonly isLost: boolean;
}

function finish(teller: Teller, memory: Memory, end: End): void {
  const { pipelineRun, steps, summary, run, facts } = end;
  const taskRuns = [...memory.taskRuns.values()];
  const verdict: RunEnd = end.isLost
    ? { state: 'lost', reason: 'its PipelineRun was deleted before it had ended' }
    : judgeRun({ pipelineRun, taskRuns, pods: memory.pods, steps, summary });
  const lastStep = Math.max(0, ...steps.map(({ sight }) => sight.finishedAt ?? 0));
  const completed = end.isLost ? facts.now : (pipelineRun.status?.completionTime ?? facts.now);
  const pods = [...memory.pods.values()];
  const diagnosis = diagnoseEnd({ run, end: verdict, steps, pipelineRun, taskRuns, pods, events: facts.events });
  teller.finish(withDiagnosis(verdict, steps, diagnosis), Math.max(completed, lastStep));
}

/** Where no step is at fault, the cause is a better reason than what Tekton makes of it. */
function withDiagnosis(end: RunEnd, steps: readonly SeenStep[], diagnosis: Diagnosis | undefined): RunEnd {
  if (diagnosis === undefined) return end;
  if (stepAtFault(steps) !== undefined || end.state !== 'failed') return { ...end, diagnosis };
  return { ...end, reason: diagnosis.cause, diagnosis };
}
