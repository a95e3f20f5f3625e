import { terminalStates, type FailedCell, type Run, type StepName } from '../protocol/index.ts';
import { adviceInEditor, advisedStep } from './advice.ts';
import { shownText } from './shownText.ts';
import { diagnosisIn } from './translated.ts';
import type { Words } from './words/index.ts';

/** What a person must know first: why the run failed, or why it waits. */
export interface Finding {
  readonly kind: 'failed' | 'waiting';
  readonly heading: string;
  /** Further sentences below the heading. */
  readonly text: readonly string[];
  /** Lines of the log that show it. */
  readonly evidence: readonly string[];
  readonly cell: FailedCell | undefined;
  /** What helps, each a sentence or a command. */
  readonly advice: readonly string[];
  /** The step that a retry would begin with, and those whose results it keeps; undefined where it cannot be retried. */
  readonly retry: { readonly from: StepName; readonly keeps: readonly StepName[] } | undefined;
}

/** Undefined for a run that goes on, has passed or was cancelled: then the slot stays empty. */
export function findingOf(run: Run, words: Words): Finding | undefined {
  if (!terminalStates.has(run.state)) return waiting(run, words);
  if (run.state === 'succeeded' || run.state === 'cancelled') return undefined;
  const { diagnosis, failedCell } = run;
  const isUnknown = diagnosis === undefined || diagnosis.id === 'unknown';
  const inCell = isUnknown && failedCell !== undefined && failedCell.number > 0;
  const told = diagnosis === undefined ? undefined : diagnosisIn(diagnosis, words);
  const known = told?.cause ?? run.reason ?? words.states[run.state];
  const heading = inCell ? words.panels.finding.unknownInCell(failedCell.number) : known;
  const reason = run.reason ?? '';
  return {
    kind: 'failed',
    heading: shownText(heading),
    text: heading === reason || reason === '' || diagnosis !== undefined ? [] : [shownText(reason)],
    evidence: diagnosis?.evidence ?? [],
    cell: failedCell,
    advice: (told?.fixes ?? []).map((fix) => adviceInEditor(shownText(fix), words)),
    retry: retryOf(run),
  };
}

/** From where a run can be tried again; undefined for one that goes on, passed, or that Slipway did not make. */
export function retryOf(run: Run): Finding['retry'] {
  if (!terminalStates.has(run.state) || run.state === 'succeeded' || run.foreign === true) return undefined;
  const failed = run.steps.findIndex(({ state }) => state !== 'succeeded' && state !== 'reused');
  const advised = run.steps.findIndex(({ name }) => name === advisedStep(run));
  // What has to be mended may lie in a step before the one that failed.
  const at = advised === -1 ? failed : Math.min(advised, failed);
  const from = run.steps[at];
  if (from === undefined) return undefined;
  return { from: from.name, keeps: run.steps.slice(0, at).map(({ name }) => name) };
}

function waiting(run: Run, words: Words): Finding | undefined {
  const isQueued = run.state === 'queued' || run.state === 'submitting';
  if (!isQueued || run.cancelRequested) return undefined;
  const [heading, ...text] = (run.reason ?? '').split('\n').filter((line) => line.trim() !== '');
  const place = run.queuePosition === undefined ? [] : [words.queuePosition(run.queuePosition)];
  if (heading === undefined && place.length === 0) return undefined;
  return {
    kind: 'waiting',
    heading: shownText(heading ?? words.panels.finding.waiting),
    text: [...text.map(shownText), ...place],
    evidence: [],
    cell: undefined,
    advice: [],
    retry: undefined,
  };
}

/** A line of the failing cell as it is shown. */
export interface CellLine {
  /** 1-based. */
  readonly number: number;
  readonly text: string;
  /** The line that raised. */
  readonly bad: boolean;
}

/** Lines around the one that raised, or the first ones where none is known. */
const linesBefore = 2;
const linesAfter = 1;

/** @param whole all lines that are known, instead of those around the failing one */
export function cellLines(cell: FailedCell, whole: boolean): CellLine[] {
  if (cell.source === '') return [];
  const lines = cell.source.split('\n').map((text, index) => ({
    number: index + 1,
    text: shownText(text),
    bad: index + 1 === cell.line,
  }));
  if (whole) {
    // The lines before those that are known are empty.
    return lines.slice(cell.partial === true ? lines.findIndex(({ text }) => text !== '') : 0);
  }
  const bad = (cell.line ?? 1 + linesBefore) - 1;
  return lines.slice(Math.max(0, bad - linesBefore), bad + linesAfter + 1);
}
