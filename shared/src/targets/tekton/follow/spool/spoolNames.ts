import type { StepName } from '../../../../protocol/index.ts';
import { SlipwayError, stepNameSchema } from '../../../../protocol/index.ts';

/** Names of PipelineRuns: a DNS subdomain, so never a path or a hidden folder. */
const runName = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

export function isSpoolName(run: string): boolean {
  return runName.test(run);
}

/** @throws SlipwayError `run.notFound` for what cannot be the name of a run */
export function checkRunName(run: string): void {
  if (isSpoolName(run)) return;
  throw new SlipwayError('run.notFound', `${JSON.stringify(run)} is not the name of a run.`, {
    action: 'List the runs to see their names.',
  });
}

/**
 * The file name, without its ending, under which a step's log is kept: `TASK/STEP` of a foreign run lies in no folder of its own.
 * @throws SlipwayError `run.notFound` for what cannot be the name of a step
 */
export function fileNameOfStep(step: StepName): string {
  if (!stepNameSchema.safeParse(step).success) {
    throw new SlipwayError('run.notFound', `${JSON.stringify(step)} is not the name of a step.`, {
      action: 'Show the run to see its steps.',
    });
  }
  return step.replaceAll('/', '%2F');
}

/** The step whose log lies at a path of the run's folder, or undefined for any other path. */
export function stepOfLogPath(path: string): StepName | undefined {
  const name = /^logs\/([^/]+)\.log$/.exec(path)?.[1];
  return name !== undefined && stepNameSchema.safeParse(name).success ? name : undefined;
}

export function logPathOf(step: StepName): string {
  return `logs/${step}.log`;
}

/** When the log grew, as the step noted it. */
export function timesPathOf(step: StepName): string {
  return `logs/${step}.times`;
}

export const progressPath = 'progress.jsonl';
export const indexPath = 'artifacts.json';
