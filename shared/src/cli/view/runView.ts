import type { Run, Step } from '../../protocol/index.ts';
import { formatDuration } from '../../views/index.ts';
import { plain, toned, type Line, type Span, type Tone } from '../terminal/line.ts';
import { oneLine } from '../terminal/sanitize.ts';
import { displayWidth, pad, truncate } from '../terminal/text.ts';
import { labelWidth } from './labels.ts';

export interface RunViewOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Columns of the terminal. */
  readonly width: number;
  /** Counts up by one a tick: turns the spinner. */
  readonly tick: number;
}

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;
/** Lines are not made wider than this, so that the times stay near the words. */
const widest = 100;
const timeWidth = 8;

/** The steps of a run as they are now: one line each, and one on top while the run waits. */
export function runLines(run: Run, options: RunViewOptions): Line[] {
  const waiting = run.state === 'submitting' || run.state === 'queued' || run.state === 'staging';
  const steps = run.steps.map((step) => stepLine(run, step, options));
  return waiting ? [...waitingLines(run, options), ...steps] : steps;
}

function waitingLines(run: Run, options: RunViewOptions): Line[] {
  const [first = '', ...rest] = waitingText(run).split('\n').map(oneLine);
  const mark = toned('accent', spinnerFrame(options.tick));
  return [
    row(mark, run.state, [plain(first)], formatDuration(options.now - run.createdAt), options.width),
    ...rest.map((text): Line => [plain(' '.repeat(labelWidth + 2)), plain(text)]),
  ];
}

/** Why a run waits, and what ends it. */
export function waitingText(run: Run): string {
  if (run.state !== 'queued') return run.reason ?? '';
  const position = run.queuePosition;
  if (position === undefined) return run.reason ?? 'waits for its turn';
  const before = position === 0 ? 'next to start' : position === 1 ? '1 run before it' : `${position} runs before it`;
  return run.reason === undefined ? `${before}; starts when a running one ends` : `${before}: ${run.reason}`;
}

function stepLine(run: Run, step: Step, options: RunViewOptions): Line {
  const [mark, tone] = stepMark(step, options.tick);
  const details =
    step.state === 'running' && step.name === 'notebook' && run.cells !== undefined
      ? cellSpans(run.cells, options.width)
      : [stepSpan(run, step)];
  return row(
    { text: mark, ...(tone === undefined ? {} : { tone }) },
    step.name,
    details,
    stepTime(step, options.now),
    options.width,
  );
}

function stepSpan(run: Run, step: Step): Span {
  const text = stepText(run, step);
  return step.state === 'failed' ? toned('bad', text) : plain(text);
}

/** `✓ prepare    environment reused        0.8s`, the time at the right edge. */
function row(mark: Span, label: string, details: readonly Span[], time: string, width: number): Line {
  const name = toned('strong', pad(label, labelWidth));
  const edge = Math.min(width - 1, widest);
  const room = edge - labelWidth - 2 - timeWidth;
  if (room < 8) return [mark, plain(' '), name, ...details];
  const cut: Span[] = [];
  let used = 0;
  for (const span of details) {
    const text = truncate(span.text, room - 1 - used);
    used += displayWidth(text);
    cut.push({ ...span, text });
  }
  const timeText = time === '' ? '' : ' '.repeat(room - used) + time.padStart(timeWidth);
  return [mark, plain(' '), name, ...cut, toned('dim', timeText)];
}

function stepMark(step: Step, tick: number): readonly [string, Tone | undefined] {
  switch (step.state) {
    case 'succeeded':
    case 'reused':
      return ['✓', 'good'];
    case 'failed':
      return ['✗', 'bad'];
    case 'running':
      return [spinnerFrame(tick), 'accent'];
    case 'skipped':
    case 'cancelled':
      return ['-', undefined];
    case 'pending':
      return ['·', 'dim'];
  }
}

export function spinnerFrame(tick: number): string {
  return spinner[tick % spinner.length] ?? '·';
}

function stepTime(step: Step, now: number): string {
  if (step.startedAt === undefined || step.state === 'skipped' || step.state === 'reused') return '';
  return formatDuration((step.finishedAt ?? now) - step.startedAt);
}

/** What a step did or does, in words. */
export function stepText(run: Run, step: Step): string {
  const note = step.note === undefined ? undefined : oneLine(step.note);
  const reason = step.reason === undefined ? undefined : oneLine(step.reason);
  switch (step.state) {
    case 'pending':
      return '';
    case 'running':
      return note ?? (step.name === 'notebook' ? 'starting the kernel' : '');
    case 'succeeded':
      return note ?? cellsDone(run, step);
    case 'reused':
      return [note, `reused from ${run.reuses?.run ?? 'an earlier run'}`]
        .filter((text) => text !== undefined)
        .join(', ');
    case 'failed':
      return failureText(run, step) ?? reason ?? note ?? 'failed';
    case 'skipped':
      return reason === undefined ? 'skipped' : `skipped: ${reason}`;
    case 'cancelled':
      return reason === undefined || reason === 'cancelled' ? 'cancelled' : `cancelled: ${reason}`;
  }
}

function cellsDone(run: Run, step: Step): string {
  if (step.name !== 'notebook' || run.cells === undefined) return '';
  return run.cells.total === 1 ? '1 cell' : `${run.cells.total} cells`;
}

function failureText(run: Run, step: Step): string | undefined {
  if (step.name !== 'notebook' || run.failedCell === undefined) return undefined;
  const { number } = run.failedCell;
  if (number === 0) return 'the cell with the injected parameters failed';
  return run.cells === undefined ? `cell ${number} failed` : `cell ${number} of ${run.cells.total} failed`;
}

/** `███████░░░  cell 7/12  neighbors = …`; without the bar where there is no room for it. */
function cellSpans(cells: NonNullable<Run['cells']>, width: number): Span[] {
  const barWidth = width >= 80 ? 19 : width >= 60 ? 10 : 0;
  const share = cells.total === 0 ? 0 : Math.min(1, cells.finished / cells.total);
  const full = Math.round(share * barWidth);
  const bar: Span[] =
    barWidth === 0 ? [] : [toned('good', '█'.repeat(full)), toned('dim', '░'.repeat(barWidth - full)), plain('  ')];
  return [...bar, plain(cellText(cells))];
}

/** `cell 7/12  neighbors = …` */
export function cellText(cells: NonNullable<Run['cells']>): string {
  const place = `cell ${cells.current?.number ?? cells.finished}/${cells.total}`;
  const label = cells.current === undefined ? '' : oneLine(cells.current.label);
  return label === '' ? place : `${place}  ${label}`;
}
