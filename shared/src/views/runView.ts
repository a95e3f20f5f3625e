import { terminalStates, type Run, type RunState, type Step, type StepState } from '../protocol/index.ts';
import { createClockFormat, formatDuration } from './format.ts';
import { diagnosisIn } from './translated.ts';
import type { Words } from './words/index.ts';

/** The states that people tell apart, which decide icon and colour (screens/README.md, "States"). */
export type ViewState = 'queued' | 'running' | 'passed' | 'failed' | 'cancelled' | 'skipped' | 'notStarted' | 'lost';

export interface RunView {
  readonly state: ViewState;
  /** In words, with what is being done about it: "Running", "Cancelling…". */
  readonly word: string;
  /** Where it is or what became of it, in a few words: `notebook · cell 12/31`, `2 before it`; may be empty. */
  readonly detail: string;
  /** The same where there is little room: `cell 12/31`, which only the step `notebook` has. */
  readonly shortDetail: string;
  /** Since its start, or from start to end, in milliseconds; undefined before it began. */
  readonly elapsedMs: number | undefined;
  /** `elapsedMs` in words: `1m 12s`; empty before it began. */
  readonly elapsed: string;
  /** True while it has not ended. */
  readonly active: boolean;
  /** True where it may have gone on since: not to be shown as what is now. */
  readonly stale: boolean;
}

/** As of when (epoch ms) the runs of a context are shown, while it is out of reach; undefined while they are as they are now. */
export type StaleSince = (context: string) => number | undefined;

export interface StepView {
  readonly state: ViewState;
  readonly word: string;
  readonly elapsed: string;
}

const stateOfRun: Readonly<Record<RunState, ViewState>> = {
  submitting: 'queued',
  queued: 'queued',
  staging: 'running',
  running: 'running',
  succeeded: 'passed',
  failed: 'failed',
  cancelled: 'cancelled',
  timedOut: 'failed',
  lost: 'lost',
};

const stateOfStep: Readonly<Record<StepState, ViewState>> = {
  pending: 'notStarted',
  running: 'running',
  succeeded: 'passed',
  reused: 'passed',
  failed: 'failed',
  skipped: 'skipped',
  cancelled: 'cancelled',
};

export function stateOf(run: Run): ViewState {
  return stateOfRun[run.state];
}

const clock = createClockFormat(undefined);

/**
 * @param now epoch ms, for a run that goes on
 * @param staleSince epoch ms as of which the run is shown where its context is out of reach; an end stays an end
 */
export function runView(run: Run, words: Words, now: number, staleSince?: number): RunView {
  const active = !terminalStates.has(run.state);
  const staleAt = active ? staleSince : undefined;
  const until = run.finishedAt ?? staleAt ?? now;
  const elapsedMs = run.startedAt === undefined ? undefined : Math.max(0, until - run.startedAt);
  const word = active && run.cancelRequested ? words.cancelling : words.states[run.state];
  return {
    state: stateOf(run),
    word: staleAt === undefined ? word : words.panels.stateAt(word, clock(staleAt)),
    detail: detailOf(run, words),
    shortDetail: active ? (cellOf(run, words) ?? detailOf(run, words)) : detailOf(run, words),
    elapsedMs,
    elapsed: elapsedMs === undefined ? '' : formatDuration(elapsedMs),
    active,
    stale: staleAt !== undefined,
  };
}

export function stepView(step: Step, words: Words, now: number): StepView {
  const { startedAt, finishedAt } = step;
  const isOver = step.state !== 'running' && finishedAt === undefined;
  const elapsed = startedAt === undefined || isOver ? '' : formatDuration(Math.max(0, (finishedAt ?? now) - startedAt));
  return { state: stateOfStep[step.state], word: words.stepStates[step.state], elapsed };
}

function detailOf(run: Run, words: Words): string {
  if (run.state === 'queued' || run.state === 'submitting') {
    return run.reason ?? (run.queuePosition === undefined ? '' : words.queuePosition(run.queuePosition));
  }
  if (terminalStates.has(run.state)) {
    const reason = run.state === 'succeeded' ? '' : whyOf(run, words);
    // A cluster's own word for an end may be the state over again.
    return reason.toLowerCase() === run.state.toLowerCase() ? '' : reason;
  }
  const step = run.steps.find(({ state }) => state === 'running');
  if (step === undefined) return run.reason ?? '';
  return [step.name, cellOf(run, words)].filter((part) => part !== undefined).join(' · ');
}

/** Why it ended: as the words' language has it where the core tells it in that. */
function whyOf({ reason = '', diagnosis }: Run, words: Words): string {
  if (diagnosis === undefined || words.language === 'en') return reason;
  return reason === '' ? '' : diagnosisIn(diagnosis, words).cause;
}

/** The cell that the step `notebook` is at; undefined while another step runs. */
function cellOf({ cells, steps }: Run, words: Words): string | undefined {
  const isAtNotebook = steps.find(({ state }) => state === 'running')?.name === 'notebook';
  return isAtNotebook && cells?.current !== undefined ? words.cell(cells.current.number, cells.total) : undefined;
}
