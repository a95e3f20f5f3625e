import { failedStepOf, type Run, type RunState } from '../../protocol/index.ts';
import { formatDuration } from '../../views/index.ts';
import { oneLine, textLines } from '../terminal/sanitize.ts';

export const stateWords: Readonly<Record<RunState, string>> = {
  submitting: 'submitting',
  queued: 'queued',
  staging: 'staging',
  running: 'running',
  succeeded: 'passed',
  failed: 'failed',
  cancelled: 'cancelled',
  timedOut: 'timed out',
  lost: 'lost',
};

/** The verdict in a word, and its cause in a sentence without its full stop. */
export function describeVerdict(run: Run): readonly [verdict: string, cause: string] {
  return [stateWords[run.state], describeCause(run)];
}

/** Why a run failed, in a sentence: the diagnosis where there is one, else what raised, else the reason of the run. */
export function describeCause(run: Run): string {
  const { diagnosis, failedCell } = run;
  if (diagnosis !== undefined && diagnosis.id !== 'unknown') return oneLine(diagnosis.cause);
  if (failedCell !== undefined) {
    const value = oneLine(textLines(failedCell.errorValue)[0] ?? '');
    const place = failedCell.number === 0 ? 'the cell with the injected parameters' : `cell ${failedCell.number}`;
    return `${oneLine(failedCell.errorName)}${value === '' ? '' : ` ${value}`} in ${place}`;
  }
  const failed = failedStepOf(run);
  const reason = run.reason ?? failed?.reason;
  if (reason !== undefined) return oneLine(reason);
  return failed === undefined ? 'the reason is not known' : `the ${failed.name} step failed`;
}

/** From its start, or from its submission where it never started, to its end. */
export function runDuration(run: Run): string {
  const started = run.startedAt ?? run.createdAt;
  return formatDuration((run.finishedAt ?? started) - started);
}
