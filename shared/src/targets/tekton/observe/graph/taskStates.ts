import type { StepState, Task } from '../../../../protocol/index.ts';
import { type Standing, standingOf, stopOf, wordsOf } from '../conditions.ts';
import { type PipelineRun, resultTexts } from '../schemas/index.ts';
import { line } from '../text.ts';
import { afterOf } from './references.ts';
import type { SeenTask } from './pipelineTasks.ts';

interface State {
  readonly state: StepState;
  readonly reason?: string;
}

/** The tasks as the graph shows them. */
export function describeTasks(pipelineRun: PipelineRun, seen: readonly SeenTask[]): Task[] {
  const names = new Set(seen.map(({ spec }) => spec.name));
  return seen.map((task) => describeTask(pipelineRun, task, names));
}

function describeTask(pipelineRun: PipelineRun, task: SeenTask, names: ReadonlySet<string>): Task {
  const children = childrenOf(task);
  const startedAt = earliest(children.map(({ status }) => status?.startTime));
  const { state, reason } = stateOf(pipelineRun, task);
  const ended = state !== 'running' && state !== 'pending';
  const finishedAt = ended ? latest(children.map(({ status }) => status?.completionTime)) : undefined;
  const retries = retriesOf(task);
  const results = resultsOf(task);
  return {
    name: task.spec.name,
    kind: task.kind,
    finally: task.finally,
    state,
    after: afterOf(task.spec).filter((name) => names.has(name) && name !== task.spec.name),
    steps: task.tries.flatMap(({ steps }) => steps.map(({ name }) => name)),
    ...(startedAt !== undefined && { startedAt }),
    ...(finishedAt !== undefined && { finishedAt }),
    ...(retries > 0 && { retries }),
    ...(reason !== undefined && reason !== '' && { reason }),
    ...(results !== undefined && { results }),
  };
}

type Child = SeenTask['customRuns'][number] | PipelineRun | NonNullable<SeenTask['tries'][number]['taskRun']>;

function childrenOf(task: SeenTask): Child[] {
  const taskRuns = task.tries.flatMap(({ taskRun }) => (taskRun === undefined ? [] : [taskRun]));
  return [...taskRuns, ...task.customRuns, ...task.childRuns];
}

function stateOf(pipelineRun: PipelineRun, task: SeenTask): State {
  const skipped = pipelineRun.status?.skippedTasks.find(({ name }) => name === task.spec.name);
  if (skipped !== undefined) return { state: 'skipped', reason: skipWords(skipped.reason) };
  const standings = childrenOf(task).map(standingOf);
  if (standings.length > 0) return combine(standings.map(childState));
  const run = standingOf(pipelineRun);
  if (run.state !== 'succeeded' && run.state !== 'failed') return { state: 'pending' };
  const referenced =
    pipelineRun.status?.childReferences.some(({ pipelineTaskName }) => pipelineTaskName === task.spec.name) ?? false;
  // Its object has gone, and with it how it ended.
  if (referenced)
    return run.state === 'succeeded'
      ? { state: 'succeeded' }
      : { state: 'skipped', reason: 'how it ended is not kept' };
  return stopOf(run) === 'cancelled'
    ? { state: 'cancelled', reason: 'the run was cancelled' }
    : { state: 'skipped', reason: 'the run ended before it' };
}

function childState(standing: Standing): State {
  if (standing.state === 'new') return { state: 'pending' };
  if (standing.state === 'succeeded') return { state: 'succeeded' };
  if (standing.state === 'going') return isWaiting(standing) ? { state: 'pending' } : { state: 'running' };
  const stop = stopOf(standing);
  if (stop === 'cancelled') return { state: 'cancelled' };
  if (stop === 'timedOut') return { state: 'failed', reason: 'its time limit was reached' };
  const words = wordsOf(standing);
  return {
    state: 'failed',
    reason: standing.reason === 'FailureIgnored' ? `the pipeline went on without it: ${words}` : words,
  };
}

function isWaiting({ reason }: Standing): boolean {
  return /^(?:Pending|TaskRunPending|PipelineRunPending|ExceededNodeResources|ExceededResourceQuota|PullImageFailed|CreateContainerConfigError|PodAdmissionFailed)$/.test(
    reason,
  );
}

const order: readonly StepState[] = ['failed', 'cancelled', 'running', 'pending', 'succeeded'];

/** Of a matrix: as far as the one that is worst off, but running while some are and none failed. */
function combine(states: readonly State[]): State {
  const has = (state: StepState): boolean => states.some((each) => each.state === state);
  const goesOn = has('running') || (has('pending') && (has('succeeded') || has('failed')));
  if (goesOn) return { state: 'running' };
  const state = order.find(has) ?? 'pending';
  const reason = states.find((each) => each.state === state)?.reason;
  const count = states.filter((each) => each.state === state).length;
  if (states.length === 1 || state !== 'failed') return reason === undefined ? { state } : { state, reason };
  return { state, reason: `${count} of ${states.length} failed${reason === undefined ? '' : `: ${reason}`}` };
}

const skips: Readonly<Record<string, string>> = {
  None: 'skipped',
  'When Expressions evaluated to false': 'its condition was not met',
  'Parent Tasks were skipped': 'a task before it was skipped',
  'Results were missing': 'a result that it reads is missing',
  'Matrix Parameters have an empty array': 'its matrix is empty',
  'PipelineRun was stopping': 'the run was stopping',
  'PipelineRun was gracefully cancelled': 'the run was cancelled',
  'PipelineRun was gracefully stopped': 'the run was stopped',
  'PipelineRun timeout has been reached': 'the time limit of the run was reached',
  'PipelineRun Tasks timeout has been reached': 'the time limit of its tasks was reached',
  'PipelineRun Finally timeout has been reached': 'the time limit of the last tasks was reached',
};

/** Tekton's reasons as the end of a sentence; one that is not known as it is. */
function skipWords(reason: string | undefined): string {
  const words = line(reason ?? '');
  return words === '' ? 'skipped' : Object.hasOwn(skips, words) ? (skips[words] ?? words) : words;
}

function retriesOf(task: SeenTask): number {
  const counts = [...task.tries.map(({ taskRun }) => taskRun), ...task.customRuns].map(
    (run) => run?.status?.retriesStatus?.length ?? 0,
  );
  return Math.max(0, ...counts);
}

function resultsOf(task: SeenTask): Record<string, string> | undefined {
  const lists = childrenOf(task).map(({ status }) => status?.results ?? []);
  if (lists.length === 1) return resultTexts(lists[0]);
  const numbered = lists.flatMap((results, index) =>
    results.map(({ name, value }) => ({ name: `${name}[${index}]`, value })),
  );
  return resultTexts(numbered);
}

function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function latest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 || known.length < times.length ? undefined : Math.max(...known);
}
