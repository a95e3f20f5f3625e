import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import type { FailedCell, RunEvent } from '../../../protocol/index.ts';
import { cutText, isRecord, parseObject } from './progressLine.ts';

type FinishedState = Extract<RunEvent, { type: 'finished' }>['state'];

/** How a step ended, as its script says in `results/STEP.json`. */
export interface StepResult {
  readonly state: 'succeeded' | 'failed' | 'skipped';
  readonly exitCode?: number;
  readonly reason?: string;
  readonly note?: string;
}

/** What `collect` says about the whole run. */
export interface Verdict {
  readonly state: FinishedState;
  readonly reason?: string;
  readonly failedCell?: FailedCell;
}

/** How a process ended, from the operating system. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
  /** Why it could not be started at all. */
  readonly startError?: string;
}

const maxResultBytes = 8 * 1024 * 1024;
const maxFailedCellText = 100_000;
const maxTracebackLines = 500;

/** A results file as an object; undefined when it is missing, no regular file, too large or no JSON object. */
export function readResultFile(path: string): Record<string, unknown> | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = fstatSync(fd);
    if (!stat.isFile() || stat.size > maxResultBytes) return undefined;
    return parseObject(readFileSync(fd, 'utf8'));
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Takes what a results file says; without a valid one the step has failed, whatever its exit code. */
export function stepResult(file: Record<string, unknown> | undefined, exit: Exit): StepResult {
  const state = file?.state;
  if (file === undefined || (state !== 'succeeded' && state !== 'failed' && state !== 'skipped')) {
    return { state: 'failed', ...exitCodeOf(exit.code), reason: `ended without a result (${exitWords(exit)})` };
  }
  const { exitCode, reason, note } = file;
  return {
    state,
    ...exitCodeOf(Number.isSafeInteger(exitCode) ? Number(exitCode) : exit.code),
    ...(typeof reason === 'string' && reason !== '' ? { reason: cutText(reason) } : {}),
    ...(typeof note === 'string' && note !== '' ? { note: cutText(note) } : {}),
  };
}

export function verdictOf(file: Record<string, unknown> | undefined): Verdict {
  const state = file?.verdict;
  if (
    file === undefined ||
    (state !== 'succeeded' && state !== 'failed' && state !== 'timedOut' && state !== 'cancelled')
  ) {
    return { state: 'failed', reason: 'the collect step left no verdict' };
  }
  const { reason } = file;
  const failedCell = failedCellOf(file.failedCell);
  return {
    state,
    ...(typeof reason === 'string' && reason !== '' ? { reason: cutText(reason) } : {}),
    ...(failedCell === undefined ? {} : { failedCell }),
  };
}

function exitCodeOf(code: number | null): { exitCode?: number } {
  return code === null ? {} : { exitCode: code };
}

function exitWords(exit: Exit): string {
  if (exit.startError !== undefined) return `it could not be started: ${exit.startError}`;
  return exit.signal === null ? `exit code ${exit.code ?? 'unknown'}` : `signal ${exit.signal}`;
}

/** Checked by hand as protocol `failedCellSchema` wants it, and cut: a traceback may hold a whole array's text. */
function failedCellOf(value: unknown): FailedCell | undefined {
  if (!isRecord(value)) return undefined;
  const { id, index, number, source, errorName, errorValue, traceback, line } = value;
  if (typeof id !== 'string' || !isIntegerFrom(index, -1) || !isIntegerFrom(number, 0)) return undefined;
  if (typeof source !== 'string' || typeof errorName !== 'string' || typeof errorValue !== 'string') return undefined;
  if (!isTextList(traceback)) return undefined;
  return {
    id,
    index,
    number,
    source: source.slice(0, maxFailedCellText),
    errorName: cutText(errorName),
    errorValue: errorValue.slice(0, maxFailedCellText),
    // The end of a traceback names the place.
    traceback: traceback.slice(-maxTracebackLines).map((text) => text.slice(0, maxFailedCellText / 10)),
    ...(isIntegerFrom(line, 1) ? { line } : {}),
  };
}

function isIntegerFrom(value: unknown, least: number): value is number {
  return Number.isSafeInteger(value) && Number(value) >= least;
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
