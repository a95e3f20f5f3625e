import type { Run, Step } from './run.ts';

/** The step that made a run fail: the first that failed and was not ignored. */
export function failedStepOf(run: Pick<Run, 'steps'>): Step | undefined {
  return run.steps.find(({ state, ignored }) => state === 'failed' && ignored !== true);
}
