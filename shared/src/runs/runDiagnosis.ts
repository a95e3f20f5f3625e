import { diagnose, maskSecrets } from '../diagnosis/index.ts';
import {
  failedStepOf,
  SlipwayError,
  type FailedCell,
  type Run,
  type RunState,
  type StepName,
} from '../protocol/index.ts';
import type { LogSource } from './logStreams.ts';
import { readRange } from './logStreams.ts';

const evidenceBytes = 16_384;
const badEnds: ReadonlySet<RunState> = new Set(['failed', 'timedOut', 'lost']);

/**
 * Adds what `diagnosis` finds in a failed run and the end of its failing step's log, and masks what looks like a secret in
 * the words of its errors; any other run stays as it is. The cell's own source is the user's and stays exact.
 */
export async function withDiagnosis(source: LogSource, run: Run, signal: AbortSignal): Promise<Run> {
  if (!badEnds.has(run.state) || run.diagnosis !== undefined) return run;
  const step = failingStep(run);
  const logTail = step === undefined ? '' : await readEndIfPossible(source, run.name, step, signal);
  const diagnosis = diagnose({ run, logTail, ...(run.failedCell !== undefined && { failedCell: run.failedCell }) });
  const { reason, failedCell } = run;
  return {
    ...run,
    steps: run.steps.map((each) => (each.reason === undefined ? each : { ...each, reason: maskSecrets(each.reason) })),
    ...(reason !== undefined && { reason: maskSecrets(reason) }),
    ...(failedCell !== undefined && { failedCell: withoutSecrets(failedCell) }),
    ...(diagnosis !== undefined && { diagnosis }),
  };
}

function withoutSecrets(cell: FailedCell): FailedCell {
  return { ...cell, errorValue: maskSecrets(cell.errorValue), traceback: cell.traceback.map(maskSecrets) };
}

/** The first step that failed, else the last that ran. */
export function failingStep(run: Run): StepName | undefined {
  const failed = failedStepOf(run);
  return (failed ?? run.steps.findLast((step) => step.startedAt !== undefined))?.name;
}

/** That a run has failed is to be told also where its log cannot be read: its space is being deleted, say. */
async function readEndIfPossible(source: LogSource, run: string, step: StepName, signal: AbortSignal): Promise<string> {
  try {
    return await readEnd(source, run, step, signal);
  } catch (error) {
    if (signal.aborted || !SlipwayError.is(error)) throw error;
    return '';
  }
}

async function readEnd(source: LogSource, run: string, step: StepName, signal: AbortSignal): Promise<string> {
  const { bytes: size } = await source.logSize(run, step, signal);
  const start = Math.max(0, size - evidenceBytes);
  const { bytes } = await readRange(source, run, step, start, size - start, signal);
  return bytes.toString('utf8');
}
