import { maskSecrets } from '../../../../diagnosis/index.ts';
import { isDone, podCondition, podIsPlaced, podIsTerminal, standingOf } from '../conditions.ts';
import type { RunFacts } from '../facts.ts';
import type { ClusterEvent, PipelineRun, Pod, TaskRun } from '../schemas/index.ts';
import { eventTime } from '../schemas/index.ts';
import { line } from '../text.ts';
import { claimTrouble } from './claimTrouble.ts';
import { containerTrouble, missingWords, mountTrouble } from './containerTrouble.ts';
import { imageTrouble, pullProgress } from './imageTrouble.ts';
import type { Pending } from './pending.ts';
import { parseSchedulerMessage } from './schedulerMessage.ts';
import { schedulingWords } from './schedulingWords.ts';
import { refusalWords, taskRunTrouble } from './taskRunTrouble.ts';

/** What is needed to say why a run waits. */
export type PendingFacts = Pick<RunFacts, 'now' | 'taskRuns' | 'events' | 'claims' | 'nodes' | 'nodePods'> & {
  readonly pipelineRun: PipelineRun;
  readonly pods: readonly Pod[];
};

/** How long everything may take that is not worth a word, ms. */
const quietMs = 10_000;
const schedulerMs = 60_000;

/** Why a run waits and what would end that, as sentences for people; undefined where nothing is worth saying. */
export function explainPending(facts: PendingFacts): string | undefined {
  return pendingOf(facts)?.text;
}

/**
 * Where a run stands that does not do anything yet; undefined when nothing of it waits. The sources are asked in the order
 * in which they can be trusted: the run, its TaskRun, the pod's own condition and containers, events last.
 */
export function pendingOf(facts: PendingFacts): Pending | undefined {
  const pending = findPending(facts);
  return pending?.text === undefined ? pending : { ...pending, text: shown(pending.text) };
}

/** Names and messages come from everywhere: what is shown has no control characters and no secrets in it. */
function shown(text: string): string {
  return maskSecrets(text).split('\n').slice(0, 3).map(line).join('\n');
}

function findPending(facts: PendingFacts): Pending | undefined {
  const { pipelineRun } = facts;
  if (isDone(pipelineRun)) return undefined;
  const held = heldBack(pipelineRun, facts.now);
  if (held !== undefined || standingOf(pipelineRun).state === 'new') return held;
  const open = facts.taskRuns.filter((taskRun) => !isDone(taskRun));
  if (open.length === 0) return runWords(pipelineRun);
  const pendings = open.map((taskRun) => {
    const pending = taskPending(taskRun, facts);
    return pending === undefined ? undefined : { ...pending, taskRun: taskRun.metadata.name };
  });
  const told = pendings.find((pending) => pending?.text !== undefined);
  return told ?? (pendings.includes(undefined) ? undefined : pendings[0]);
}

/** A run that Tekton has not begun. */
function heldBack(pipelineRun: PipelineRun, now: number): Pending | undefined {
  const { state, reason, message } = standingOf(pipelineRun);
  const { managedBy, status } = pipelineRun.spec ?? {};
  if (state === 'going' && reason === 'PipelineRunPending') {
    const refused = refusalWords(reason, message);
    if (refused !== undefined) return { phase: 'queued', text: refused };
    const words =
      status === 'PipelineRunPending'
        ? 'it was submitted to be started later, and nobody has started it'
        : line(message);
    return { phase: 'queued', text: words };
  }
  if (state !== 'new') return undefined;
  if (managedBy !== undefined && managedBy !== '' && managedBy !== 'tekton.dev/pipeline') {
    return { phase: 'queued', text: `${queueName(managedBy)} holds it in its queue` };
  }
  if (status === 'PipelineRunPending')
    return { phase: 'queued', text: 'it was submitted to be started later, and nobody has started it' };
  const age = now - (pipelineRun.metadata.creationTimestamp ?? now);
  if (age < quietMs) return undefined;
  return { phase: 'queued', text: 'Tekton has not taken it up yet: its controller is busy, or does not run' };
}

function queueName(managedBy: string): string {
  return managedBy.startsWith('kueue.') ? 'Kueue' : line(managedBy);
}

function runWords(pipelineRun: PipelineRun): Pending | undefined {
  const { reason, message } = standingOf(pipelineRun);
  if (reason.startsWith('Resolving')) {
    const what = reason === 'ResolvingPipelineRef' ? 'its pipeline' : 'one of its tasks';
    return { phase: 'staging', text: `${what} is being fetched: ${line(message)}` };
  }
  // Between two tasks nothing is pending for long.
  return pipelineRun.status?.childReferences.length === 0 ? { phase: 'staging', text: undefined } : undefined;
}

/** Undefined for a TaskRun that is at work. */
function taskPending(taskRun: TaskRun, facts: PendingFacts): Pending | undefined {
  const pod = facts.pods.find(({ metadata }) => metadata.name === taskRun.status?.podName);
  if (pod === undefined) {
    if (
      taskRun.status?.steps.some(({ running, terminated }) => running !== undefined || terminated !== undefined) ===
      true
    )
      return undefined;
    const text = taskRunTrouble(taskRun);
    return { phase: text === undefined ? 'staging' : 'queued', text };
  }
  return podPending(pod, facts);
}

/** What is needed to say why a pod waits. */
export type PodFacts = Pick<PendingFacts, 'now' | 'events' | 'claims' | 'nodes' | 'nodePods'>;

/** Why a pod that does not run yet waits, as a sentence for people; undefined where nothing is worth saying. */
export function explainPod(pod: Pod, facts: PodFacts): string | undefined {
  const text = podPending(pod, facts)?.text;
  return text === undefined ? undefined : shown(text);
}

function podPending(pod: Pod, facts: PodFacts): Pending | undefined {
  // A pod runs when all its containers have been started.
  if (podIsTerminal(pod) || pod.status?.phase === 'Running') return undefined;
  const events = facts.events.filter(({ involvedObject }) => isAbout(involvedObject, pod));
  if (!podIsPlaced(pod)) {
    return { phase: 'queued', text: unscheduledWords(pod, events, facts) };
  }
  const text =
    imageTrouble(pod, events) ??
    containerTrouble(pod) ??
    mountTrouble(events, facts.now) ??
    pullProgress(events, facts.now);
  return { phase: 'staging', text };
}

function isAbout(object: ClusterEvent['involvedObject'], pod: Pod): boolean {
  if (object?.name !== pod.metadata.name) return false;
  return object.uid === undefined || pod.metadata.uid === undefined || object.uid === pod.metadata.uid;
}

function unscheduledWords(pod: Pod, events: readonly ClusterEvent[], facts: PodFacts): string | undefined {
  const condition = podCondition(pod, 'PodScheduled');
  if (condition?.reason === 'SchedulingGated') return 'a queue holds its pod back (scheduling gate)';
  const failed = events
    .filter(({ reason }) => reason === 'FailedScheduling')
    .toSorted((a, b) => eventTime(b) - eventTime(a))[0];
  const said = condition?.status === 'False' ? (condition.message ?? failed?.message) : failed?.message;
  if (said === undefined || said === '') return unseenWords(pod, facts.now);
  const claim = /persistentvolumeclaim|PersistentVolumeClaim/.test(said)
    ? (missingWords(said) ?? claimTrouble(pod, facts.claims, facts.events))
    : undefined;
  if (claim !== undefined) return claim;
  const message = parseSchedulerMessage(said);
  if (message === undefined) return line(said);
  return schedulingWords(message, pod, { nodes: facts.nodes ?? [], nodePods: facts.nodePods ?? [], now: facts.now });
}

/** A pod that no scheduler has looked at. */
function unseenWords(pod: Pod, now: number): string | undefined {
  const age = now - (pod.metadata.creationTimestamp ?? now);
  const scheduler = pod.spec?.schedulerName ?? 'default-scheduler';
  if (age < schedulerMs) return undefined;
  return `no scheduler has looked at its pod yet; it asks for the scheduler ${line(scheduler)}`;
}
