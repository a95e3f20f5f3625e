import { formatBytes, type StepState } from '../../../../protocol/index.ts';
import type { StepEnding } from '../facts.ts';
import type { Summary } from '../summary.ts';
import { countWords, cutText } from '../text.ts';
import type { StepSight } from './stepSight.ts';

/** How a step ended, as an event tells it. */
export interface StepVerdict {
  readonly state: Exclude<StepState, 'pending' | 'running'>;
  readonly exitCode?: number;
  readonly reason?: string;
  readonly note?: string;
  /** It failed, and the run does not fail of it. */
  readonly ignored?: true;
}

/** What is known of a step beside how its container ended. */
export interface StepWords {
  /** From the result `summary`. */
  readonly summary: Summary | undefined;
  /** From its line in progress.jsonl. */
  readonly ending: StepEnding | undefined;
  /** Its time limit in words. */
  readonly limit: string | undefined;
  /** Its memory limit as a quantity. */
  readonly memory: string | undefined;
}

/**
 * What a step's end means. Its script knows best (skipped, why, a note), unless its container says that it did not get
 * to say so; without its words the exit code decides.
 */
export function judgeStep(sight: StepSight, words: StepWords): StepVerdict {
  switch (sight.ending) {
    case 'skipped':
      return { state: 'skipped', reason: 'an earlier step failed' };
    case 'cancelled':
      return { state: 'cancelled' };
    case 'notRun':
      return { state: 'skipped' };
    case 'noTurn':
      return { state: 'skipped', reason: 'its pod ended before its turn came' };
    case 'unknown':
      return byItsWords(sight, words) ?? { state: 'skipped', reason: 'how it ended is not known' };
    case 'timeout':
      return {
        state: 'failed',
        reason: `the time limit ${words.limit === undefined ? '' : `of ${words.limit} `}was reached`,
      };
    case 'outOfMemory':
      return { state: 'failed', ...exitOf(sight, words), reason: outOfMemoryWords(words.memory) };
    case 'killed':
      return byItsWords(sight, words) ?? { state: 'failed', reason: 'it was killed' };
    case undefined:
      return byItsWords(sight, words) ?? byExitCode(sight);
  }
}

/** Of a step whose failure the pipeline goes on from. */
export function withoutConsequence(verdict: StepVerdict): StepVerdict {
  if (verdict.state !== 'failed') return verdict;
  return { ...verdict, reason: `ignored: ${verdict.reason ?? 'it failed'}`, ignored: true };
}

function exitOf(sight: StepSight, words: StepWords): { exitCode?: number } {
  const exitCode = sight.exitCode ?? words.summary?.steps.get(sight.name)?.exitCode ?? words.ending?.exitCode;
  return exitCode === undefined ? {} : { exitCode };
}

export function outOfMemoryWords(limit: string | undefined): string {
  return limit === undefined
    ? 'it ran out of memory and was killed'
    : `it used more than its ${limit} of memory and was killed`;
}

/** What the scripts say of a step that a cancel stopped, or kept from running. */
const cancelledReason = 'the run was cancelled';
/** Of a program that KILL has ended, as shells count. */
export const killedCode = 137;
/** Of a step that was ended by TERM. */
const stoppedCode = 143;

/**
 * The steps of a cancelled run of ours in order, where nobody kept what they said of themselves: exit codes tell of the one
 * that was stopped, and that the ones after it had nothing to do.
 */
export function afterCancel<T extends { readonly name: string; readonly verdict: StepVerdict | undefined }>(
  steps: readonly T[],
  hasWords: (step: string) => boolean,
): T[] {
  let stopped = false;
  return steps.map((step) => {
    const { name, verdict } = step;
    if (verdict === undefined || name === 'collect' || hasWords(name)) {
      stopped ||= verdict?.state === 'cancelled';
      return step;
    }
    const isStopped = verdict.state === 'failed' && verdict.exitCode === stoppedCode;
    stopped ||= isStopped;
    return isStopped || (stopped && verdict.state === 'succeeded')
      ? { ...step, verdict: { ...verdict, state: 'cancelled' } }
      : step;
  });
}

/** A step that says it went well while its program says it did not is not believed. */
function byItsWords(sight: StepSight, words: StepWords): StepVerdict | undefined {
  if (sight.name === 'collect' && words.summary !== undefined) return collected(words.summary);
  const said = words.summary?.steps.get(sight.name) ?? words.ending;
  if (said === undefined) return undefined;
  const failed = sight.ending === 'killed' || (sight.exitCode !== undefined && sight.exitCode !== 0);
  if (failed && said.state !== 'failed' && said.state !== 'cancelled') return undefined;
  const exitCode = said.exitCode ?? sight.exitCode;
  if (said.reason === cancelledReason) return { state: 'cancelled', ...(exitCode !== undefined && { exitCode }) };
  return {
    state: said.state,
    ...(exitCode !== undefined && { exitCode }),
    ...(said.reason !== undefined && said.reason !== '' && { reason: cutText(said.reason) }),
    ...(said.note !== undefined && said.note !== '' && { note: cutText(said.note) }),
  };
}

/** A `collect` that wrote the summary did its work: its exit code is the run's, so that Tekton tells the run's verdict. */
function collected({ artifacts }: Summary): StepVerdict {
  if (artifacts === undefined) return { state: 'succeeded', exitCode: 0 };
  const note =
    artifacts.count === 0
      ? 'no artifacts'
      : `${countWords(artifacts.count, 'artifact')}, ${formatBytes(artifacts.bytes)}`;
  return { state: 'succeeded', exitCode: 0, note };
}

function byExitCode(sight: StepSight): StepVerdict {
  const { exitCode } = sight;
  if (exitCode === undefined) return { state: 'failed', reason: 'how it ended is not known' };
  return exitCode === 0
    ? { state: 'succeeded', exitCode }
    : { state: 'failed', exitCode, reason: `exit code ${exitCode}` };
}
