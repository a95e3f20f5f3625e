import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { failedCellSchema, type Run, runStateSchema, type Step, stepNameSchema } from '../../protocol/index.ts';
import type { Evidence } from '../diagnose.ts';

const folder = join(import.meta.dirname, '..', '__fixtures__');

/** What runs left that really failed: how they ended, beside the ends of their logs. */
const recordedSchema = z.record(
  z.string(),
  z.object({
    step: stepNameSchema,
    state: runStateSchema,
    exitCode: z.int(),
    reason: z.string(),
    failedCell: failedCellSchema.optional(),
  }),
);

const recorded = recordedSchema.parse(JSON.parse(readFileSync(join(folder, 'runs.json'), 'utf8')));

export const recordedNames: readonly string[] = Object.keys(recorded);

export function recordedEvidence(name: string): Evidence {
  const run = recorded[name];
  if (run === undefined) throw new Error(`no recorded run ${name}`);
  return {
    run: runThat(run.state, { name: run.step, state: 'failed', exitCode: run.exitCode, reason: run.reason }),
    failedCell: run.failedCell,
    logTail: readFileSync(join(folder, `${name}.log`), 'utf8'),
  };
}

/** A run that ended in `state`, with the step that failed where one did. */
export function runThat(state: Run['state'], step?: Step): Run {
  return {
    name: 'analysis-7f3a',
    context: 'local',
    title: 'analysis.ipynb',
    state,
    createdAt: 0,
    cancelRequested: false,
    steps: step === undefined ? [] : [{ name: 'prepare', state: 'succeeded', exitCode: 0 }, step],
  };
}
