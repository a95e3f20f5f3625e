import type { Run, RunEvent, RunState, Step, StepName, StepState, Task } from '../protocol/index.ts';
import { terminalStates } from '../protocol/index.ts';

/** A run as the events so far tell it, with what later events are read against. */
export interface RunProgress {
  readonly run: Run;
  /** The code cells as counted, by id; empty until they are counted. */
  readonly cells: ReadonlyMap<string, CountedCell>;
  readonly finishedCells: ReadonlySet<string>;
}

interface CountedCell {
  readonly label: string;
  /** 1-based position among the code cells. */
  readonly number: number;
}

type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>;

/**
 * Folds one event into a run. Total: any order, duplicates, unknown steps and cells and clocks that run backwards are
 * taken; what makes no sense changes nothing. A final run never changes. Returns the same object when nothing changed.
 */
export function reduceRun(progress: RunProgress | undefined, event: RunEvent): RunProgress | undefined {
  if (progress === undefined) {
    return event.type === 'submitted' ? { run: event.run, cells: new Map(), finishedCells: new Set() } : undefined;
  }
  if (terminalStates.has(progress.run.state)) return progress;
  switch (event.type) {
    case 'queued':
      return wait(progress, 'queued', event.position);
    case 'waiting':
      return explainWait(progress, event.reason);
    case 'staging':
      return wait(progress, 'staging', undefined);
    case 'tasks':
      return withRun(progress, { tasks: event.tasks, steps: withStepsOf(event.tasks, progress.run.steps) });
    case 'results':
      return withRun(progress, { results: event.results });
    case 'stepStarted':
      return startStep(progress, event);
    case 'stepNote':
      return updateStep(progress, event.step, (step) => (isOpen(step) ? { ...step, note: event.text } : step));
    case 'cellsCounted':
      return countCells(progress, event);
    case 'cellStarted':
      return startCell(progress, event);
    case 'cellFinished':
      return finishCell(progress, event.id);
    case 'stepFinished':
      return finishStep(progress, event);
    case 'cancelRequested':
      return progress.run.cancelRequested ? progress : withRun(progress, { cancelRequested: true });
    case 'finished':
      return finish(progress, event);
    default:
      // `submitted` again, or a type that a newer target writes.
      return progress;
  }
}

/** The run that these events tell of, or undefined when none of them submits one. */
export function foldEvents(events: Iterable<RunEvent>): Run | undefined {
  let progress: RunProgress | undefined;
  for (const event of events) progress = reduceRun(progress, event);
  return progress?.run;
}

function withRun(progress: RunProgress, changes: Partial<Run>): RunProgress {
  return { ...progress, run: { ...progress.run, ...changes } };
}

/** What a PipelineRun of somebody else's consists of comes to light as its tasks are started; the graph has the order. */
function withStepsOf(tasks: readonly Task[], known: Step[]): Step[] {
  const byName = new Map(known.map((step) => [step.name, step]));
  const names = new Set(tasks.flatMap(({ steps }) => steps));
  if (names.size === 0 || [...names].every((name) => byName.has(name))) return known;
  const rest = known.filter(({ name }) => !names.has(name));
  return [...[...names].map((name): Step => byName.get(name) ?? { name, state: 'pending' }), ...rest];
}

function isOpen(step: Step): boolean {
  return step.state === 'pending' || step.state === 'running';
}

/** Before a step has started a run may go between the queue and staging; afterwards these events are late. */
function wait(progress: RunProgress, state: 'queued' | 'staging', position: number | undefined): RunProgress {
  const { run } = progress;
  if (run.state === 'running' || (run.state === state && run.queuePosition === position)) return progress;
  const waiting: Run = { ...outOfQueue(run), state };
  return { ...progress, run: position === undefined ? waiting : { ...waiting, queuePosition: position } };
}

function explainWait(progress: RunProgress, reason: string): RunProgress {
  const { run } = progress;
  if (run.state === 'running' || run.reason === reason) return progress;
  return withRun(progress, { reason });
}

/** A copy without a place in the queue. */
function outOfQueue(run: Run): Run {
  const copy = { ...run };
  delete copy.queuePosition;
  return copy;
}

function updateStep(progress: RunProgress, name: StepName, change: (step: Step) => Step): RunProgress {
  const index = progress.run.steps.findIndex((step) => step.name === name);
  const before = progress.run.steps[index];
  if (before === undefined) return progress;
  const after = change(before);
  return after === before ? progress : withRun(progress, { steps: progress.run.steps.with(index, after) });
}

function startStep(progress: RunProgress, event: EventOf<'stepStarted'>): RunProgress {
  const started = updateStep(progress, event.step, (step) =>
    step.state === 'pending' ? { ...step, state: 'running', startedAt: event.time } : step,
  );
  if (started === progress) return progress;
  const run: Run = { ...outOfQueue(started.run), state: 'running', startedAt: started.run.startedAt ?? event.time };
  delete run.reason;
  return { ...started, run };
}

function countCells(progress: RunProgress, event: EventOf<'cellsCounted'>): RunProgress {
  // The first count holds: progress must not jump back when a count is repeated.
  if (progress.run.cells !== undefined) return progress;
  const cells = new Map<string, CountedCell>();
  for (const [index, { id, label }] of event.cells.entries()) cells.set(id, { label, number: index + 1 });
  return { ...progress, cells, run: { ...progress.run, cells: { total: event.cells.length, finished: 0 } } };
}

function startCell(progress: RunProgress, event: EventOf<'cellStarted'>): RunProgress {
  const { run } = progress;
  const cell = progress.cells.get(event.id);
  const runs = run.steps.some((step) => step.name === 'notebook' && step.state === 'running');
  if (cell === undefined || run.cells === undefined || !runs) return progress;
  if (progress.finishedCells.has(event.id) || run.cells.current?.id === event.id) return progress;
  const current = { id: event.id, number: cell.number, startedAt: event.time, label: cell.label };
  return withRun(progress, { cells: { ...run.cells, current } });
}

/** Counts a cell that has ended, whether it raised or not: `failedCell` of the verdict says which one raised. */
function finishCell(progress: RunProgress, id: string): RunProgress {
  const before = progress.run.cells;
  if (before === undefined || !progress.cells.has(id) || progress.finishedCells.has(id)) return progress;
  const finishedCells = new Set(progress.finishedCells).add(id);
  const { current, ...counts } = { ...before, finished: finishedCells.size };
  const cells = current === undefined || current.id === id ? counts : { ...counts, current };
  return { ...progress, finishedCells, run: { ...progress.run, cells } };
}

function finishStep(progress: RunProgress, event: EventOf<'stepFinished'>): RunProgress {
  const finished = updateStep(progress, event.step, (step) => {
    if (!isOpen(step)) return step;
    return {
      ...step,
      state: event.state,
      finishedAt: Math.max(event.time, step.startedAt ?? event.time),
      ...(event.exitCode !== undefined && { exitCode: event.exitCode }),
      ...(event.reason !== undefined && { reason: event.reason }),
      ...(event.note !== undefined && { note: event.note }),
      ...(event.ignored === true && { ignored: true }),
    };
  });
  return finished !== progress && event.step === 'notebook' ? withoutCurrentCell(finished) : finished;
}

function withoutCurrentCell(progress: RunProgress): RunProgress {
  if (progress.run.cells?.current === undefined) return progress;
  const { total, finished } = progress.run.cells;
  return withRun(progress, { cells: { total, finished } });
}

function finish(progress: RunProgress, event: EventOf<'finished'>): RunProgress {
  const run = outOfQueue(withoutCurrentCell(progress).run);
  // Why it waited is no reason for how it ended.
  delete run.reason;
  return {
    ...progress,
    run: {
      ...run,
      state: event.state,
      finishedAt: Math.max(event.time, run.startedAt ?? event.time),
      ...(event.reason !== undefined && { reason: event.reason }),
      ...(event.failedCell !== undefined && { failedCell: event.failedCell }),
      ...(event.cells !== undefined && run.cells === undefined && { cells: event.cells }),
      ...(event.diagnosis !== undefined && { diagnosis: event.diagnosis }),
      steps: run.steps.map((step) => closeStep(step, event)),
    },
  };
}

/** How a step ends that is still running when the run has ended. */
const closedAs: Readonly<Record<EventOf<'finished'>['state'], StepState>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
  timedOut: 'failed',
  lost: 'failed',
};

const closingReasons: Readonly<Partial<Record<RunState, string>>> = {
  cancelled: 'the run was cancelled',
  timedOut: 'the run reached its time limit',
  lost: 'the run was lost',
};

function closeStep(step: Step, event: EventOf<'finished'>): Step {
  if (!isOpen(step)) return step;
  const reason = step.reason ?? closingReasons[event.state] ?? event.reason;
  const why = reason === undefined ? {} : { reason };
  if (step.state === 'pending')
    return { ...step, state: event.state === 'cancelled' ? 'cancelled' : 'skipped', ...why };
  const finishedAt = Math.max(event.time, step.startedAt ?? event.time);
  return { ...step, state: closedAs[event.state], finishedAt, ...(event.state !== 'succeeded' && why) };
}
