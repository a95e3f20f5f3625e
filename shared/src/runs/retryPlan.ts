import type { RunFile } from '../pipeline/index.ts';
import type { PipelineStepName, Run, Step, StepName } from '../protocol/index.ts';
import { pipelineStepNameSchema, SlipwayError, terminalStates } from '../protocol/index.ts';

type InputHashes = RunFile['inputHashes'];
type InputKind = keyof InputHashes;

/** What each step reads of the inputs: a step may be reused only while these are unchanged. */
const reads: Readonly<Record<PipelineStepName, readonly InputKind[]>> = {
  dataset: [],
  clone: [],
  prepare: ['requirements'],
  notebook: ['notebook'],
  command: ['notebook'],
  report: ['notebook'],
  test: ['tests'],
  collect: [],
};

export interface RetryPlan {
  readonly from: PipelineStepName;
  /** Steps before `from` whose results are taken over. */
  readonly reused: readonly PipelineStepName[];
}

/**
 * Which steps a retry runs and which it takes over from the original. Steps that the original skipped run again: they
 * left nothing to take over.
 * @param from the first step to run; without it, the first that did not succeed
 * @throws SlipwayError `run.conflict` for a run that goes on, `retry.refused`, `usage`
 */
export function planRetry(original: Run, from: StepName | undefined): RetryPlan {
  if (original.foreign === true) {
    throw new SlipwayError('retry.refused', `${original.name} was not made by Slipway, so it cannot be retried.`, {
      action: 'Start it again the way it was started.',
    });
  }
  if (!terminalStates.has(original.state)) {
    throw new SlipwayError('run.conflict', `${original.name} has not ended yet, so it cannot be retried.`, {
      action: `Wait for its end, or stop it with "slipway cancel ${original.name}".`,
    });
  }
  const first = from ?? firstUnfinished(original);
  const index = original.steps.findIndex((step) => step.name === first);
  if (index < 0) {
    throw new SlipwayError('usage', `${original.name} has no step ${first}.`, {
      action: `Its steps are: ${original.steps.map((step) => step.name).join(', ')}.`,
    });
  }
  const before = original.steps.slice(0, index);
  const broken = before.find((step) => !isDone(step) && step.state !== 'skipped');
  if (broken !== undefined) {
    throw new SlipwayError(
      'retry.refused',
      `${first} cannot be retried alone: ${broken.name} ${broken.state === 'cancelled' ? 'was cancelled' : 'failed'} in ${original.name}.`,
      { action: retryFrom(original, broken.name) },
    );
  }
  return { from: ours(first), reused: before.filter(isDone).map((step) => ours(step.name)) };
}

/**
 * Checks that what the reused steps read is what it was.
 * @throws SlipwayError `retry.refused`, naming the step to retry from
 */
export function checkReusable(original: Run, plan: RetryPlan, before: InputHashes, now: InputHashes): void {
  for (const step of plan.reused) {
    const changed = reads[step].find((kind) => before[kind] !== now[kind]);
    if (changed === undefined) continue;
    throw new SlipwayError(
      'retry.refused',
      `${inputWords[changed]} changed since ${original.name}, so the result of its ${step} step cannot be reused.`,
      { action: retryFrom(original, step) },
    );
  }
}

/** A run of ours has our steps only. */
function ours(name: StepName): PipelineStepName {
  return pipelineStepNameSchema.parse(name);
}

const inputWords: Readonly<Record<InputKind, string>> = {
  notebook: 'The notebook, the command or a file that travels with it',
  requirements: 'The requirements file',
  tests: 'The tests',
};

function isDone(step: Step): boolean {
  return step.state === 'succeeded' || step.state === 'reused';
}

function firstUnfinished(run: Run): StepName {
  const stopped = run.steps.find((step) => step.state === 'failed' || step.state === 'cancelled');
  const missed = run.state === 'succeeded' ? undefined : run.steps.find((step) => !isDone(step));
  const first = stopped ?? missed;
  if (first === undefined) {
    throw new SlipwayError('retry.refused', `Nothing failed in ${run.name}, so there is nothing to retry.`, {
      action: `Name the step to begin with, or run all of it again with "slipway rerun ${run.name}".`,
    });
  }
  return first.name;
}

function retryFrom(run: Run, step: StepName): string {
  return `Retry from there: "slipway retry ${run.name} --from ${step}".`;
}
