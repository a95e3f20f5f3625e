import type { PipelineStepName } from '../../protocol/index.ts';
import type { RunFile } from '../runFile.ts';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * Seconds that a step without a limit of its own counts with in the limit of the PipelineRun. Nothing stops such a step but
 * that limit. A notebook or command without a limit has none: training may take weeks, and so the PipelineRun has none.
 */
const allowances: Readonly<Record<PipelineStepName, number>> = {
  dataset: day,
  clone: hour,
  prepare: 2 * hour,
  notebook: Number.POSITIVE_INFINITY,
  command: Number.POSITIVE_INFINITY,
  report: hour,
  test: 4 * hour,
  collect: hour,
};

/** On top: for what the steps take to start, to be interrupted, and to be killed. */
const slack = 15 * minute;

/** Beyond this a limit is none. */
const longest = 3650 * day;

/**
 * The time limit of the PipelineRun: the sum of the steps' limits, and 15 minutes; `0` is none. Always given, because
 * Tekton's default of an hour ends training. The steps' own limits are kept by the scripts.
 * @param steps those that run
 */
export function pipelineTimeout(steps: readonly PipelineStepName[], timeouts: RunFile['timeouts']): string {
  const limits: Readonly<Partial<Record<PipelineStepName, number | undefined>>> = timeouts;
  const total = steps.reduce((sum, step) => sum + (limits[step] ?? allowances[step]), slack);
  return total > longest ? '0' : goDuration(Math.ceil(total));
}

/** Whole seconds as Go writes them: `1h30m5s`. */
export function goDuration(seconds: number): string {
  const hours = Math.floor(seconds / hour);
  const minutes = Math.floor((seconds % hour) / minute);
  const rest = seconds % minute;
  const parts = [hours > 0 && `${hours}h`, minutes > 0 && `${minutes}m`, rest > 0 && `${rest}s`];
  return parts.filter((part) => part !== false).join('') || '0s';
}
