import type { Run, Step } from '../../protocol/index.ts';
import { formatDuration } from '../../views/index.ts';
import { oneLine } from '../terminal/sanitize.ts';
import { stepText, waitingText } from './runView.ts';

/** Something that happened to a run, for output where lines cannot be painted over. */
export interface Change {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly text: string;
}

/**
 * What is new in `next`: one entry a change. Cells that came and went between two looks are counted up, so that a reader
 * sees each number once. Without `previous`: the finished steps and what goes on now.
 */
export function describeChanges(previous: Run | undefined, next: Run, now: number): Change[] {
  const changes: Change[] = [];
  const add = (time: number | undefined, text: string): void => {
    changes.push({ time: time ?? now, text });
  };
  const waiting = waitingChange(next);
  if (waiting !== undefined && (previous === undefined || waitingChange(previous) !== waiting)) {
    add(previous === undefined ? next.createdAt : undefined, waiting);
  }
  for (const step of next.steps) {
    const before = previous?.steps.find(({ name }) => name === step.name);
    addStepStart(before, step, add);
    // What is read of cells afterwards is old by then.
    if (step.name === 'notebook' && !hasEnded(before)) addCells(previous, next, step, add);
    addStepEnd(before, step, next, add);
  }
  if (next.cancelRequested && previous?.cancelRequested === false && next.finishedAt === undefined) {
    add(undefined, 'cancelling');
  }
  return changes;
}

type Add = (time: number | undefined, text: string) => void;

function waitingChange(run: Run): string | undefined {
  if (run.state !== 'queued' && run.state !== 'staging') return undefined;
  const why = oneLine(waitingText(run));
  return why === '' ? run.state : `${run.state} ${why}`;
}

function addStepStart(before: Step | undefined, step: Step, add: Add): void {
  const isRunning = step.state === 'running';
  if (isRunning && before?.state !== 'running') add(step.startedAt, `${step.name} started`);
  if (isRunning && step.note !== undefined && step.note !== before?.note)
    add(undefined, `${step.name} ${oneLine(step.note)}`);
}

const endWords: Partial<Record<Step['state'], string>> = {
  succeeded: 'done',
  failed: 'failed',
  skipped: 'skipped',
  reused: 'reused',
  cancelled: 'cancelled',
};

function hasEnded(step: Step | undefined): boolean {
  return step !== undefined && endWords[step.state] !== undefined;
}

function addStepEnd(before: Step | undefined, step: Step, run: Run, add: Add): void {
  const word = endWords[step.state];
  if (word === undefined || before?.state === step.state) return;
  const hasTime = step.startedAt !== undefined && step.finishedAt !== undefined && step.state !== 'reused';
  const time = hasTime ? ` ${formatDuration((step.finishedAt ?? 0) - (step.startedAt ?? 0))}` : '';
  const text = stepText(run, step).replace(new RegExp(`^${word}(?:: )?`, 'u'), '');
  add(step.finishedAt, `${step.name} ${word}${time}${text === '' ? '' : `  ${text}`}`);
}

function addCells(previous: Run | undefined, next: Run, step: Step, add: Add): void {
  const { cells } = next;
  if (cells === undefined || step.state === 'reused') return;
  const reached = cells.current?.number ?? cells.finished;
  const shown = previous === undefined ? Math.max(0, reached - 1) : shownCells(previous);
  // The finished notebook says how many cells it had.
  if (previous === undefined && step.state !== 'running') return;
  for (let number = shown + 1; number <= reached; number += 1) {
    const isCurrent = number === cells.current?.number;
    const label = isCurrent ? oneLine(cells.current?.label ?? '') : '';
    add(
      isCurrent ? cells.current?.startedAt : undefined,
      `notebook cell ${number}/${cells.total}${label === '' ? '' : `  ${label}`}`,
    );
  }
}

function shownCells(run: Run): number {
  return run.cells === undefined ? 0 : (run.cells.current?.number ?? run.cells.finished);
}
