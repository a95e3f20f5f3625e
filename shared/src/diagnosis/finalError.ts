import type { StepName } from '../protocol/index.ts';

export interface FinalError {
  /** `KeyError: 'pca'`, with the lines that its message goes on over. */
  readonly text: string;
  readonly lines: readonly string[];
  /** True where a cell of the notebook raised it, and not the tool that ran the notebook. */
  readonly raisedInCell: boolean;
}

/** A Python exception as the last line of a traceback has it: a dotted name, then perhaps a message. */
const exceptionLine = /^[\p{L}_][\p{L}\p{N}_.]{0,200}(?::(?: .*)?)?$/u;
const frame = /^ {2}File "[^"\n]*", line \d+/;
const ofTraceback = /^ {2,}\S/;
const longestMessage = 6;

/**
 * The exception with which a step's program ended: the last traceback of Python in its log. Programs print tracebacks
 * of exceptions that they have dealt with, too; for the notebook step only papermill's own counts, so that nothing
 * which a cell printed is taken for it. The traceback may have lost its beginning: a log tail starts anywhere.
 */
export function findFinalError(log: string, step: StepName | undefined): FinalError | undefined {
  const lines = log.split('\n');
  const end = lines.findLastIndex((line, at) => exceptionLine.test(line) && ofTraceback.test(lines[at - 1] ?? ''));
  const frames = end < 0 ? [] : framesBefore(lines, end);
  if (frames.length === 0) return undefined;
  if (step === 'notebook' && !frames.some((line) => /[/\\]papermill[/\\]/.test(line))) return undefined;
  if (lines[end]?.startsWith('papermill.exceptions.PapermillExecutionError:') === true) return raisedInCell(lines, end);
  return { text: messageAt(lines, end), lines: [lines[end] ?? ''], raisedInCell: false };
}

function framesBefore(lines: readonly string[], end: number): string[] {
  let start = end;
  while (start > 0 && ofTraceback.test(lines[start - 1] ?? '')) start--;
  return lines.slice(start, end).filter((line) => frame.test(line));
}

/** papermill repeats the traceback of the cell, in IPython's form: the error is its last line without indentation. */
function raisedInCell(lines: readonly string[], end: number): FinalError | undefined {
  const at = lines.findLastIndex((line, index) => index > end && exceptionLine.test(line) && line.includes(':'));
  return at < 0 ? undefined : { text: messageAt(lines, at), lines: [lines[at] ?? ''], raisedInCell: true };
}

function messageAt(lines: readonly string[], at: number): string {
  return lines
    .slice(at, at + longestMessage)
    .join('\n')
    .trimEnd();
}
