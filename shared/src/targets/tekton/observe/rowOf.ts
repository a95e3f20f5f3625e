import * as z from 'zod';
import { type Run, type RunState, type Step, stepNames } from '../../../protocol/index.ts';
import { exactnessOf, parseAge } from './age.ts';
import { isCancelAsked, type Standing, standingOf, stopOf } from './conditions.ts';
import { identityOf, isOurs, reusedSteps } from './identity.ts';
import { metadataSchema, type PipelineRun } from './schemas/index.ts';
import { line } from './text.ts';

/** A run as it is first shown: nothing of it has begun. */
export function firstSight(context: string, pipelineRun: PipelineRun, steps: readonly string[]): Run {
  return {
    ...identityOf(context, pipelineRun.metadata, pipelineRun.spec?.pipelineRef?.name),
    state: 'submitting',
    cancelRequested: false,
    steps: stepsOf(pipelineRun, steps),
  };
}

function stepsOf(pipelineRun: PipelineRun, steps: readonly string[]): Step[] {
  if (!isOurs(pipelineRun.metadata)) return steps.map((name) => ({ name, state: 'pending' }));
  const reused = new Set(reusedSteps(pipelineRun));
  const planned = new Set(steps);
  return (
    stepNames
      .filter((name) => planned.has(name) || reused.has(name))
      // `prepare` has a container all the same: it brings what is reused into the run's folder.
      .map((name) => ({ name, state: reused.has(name) ? 'reused' : 'pending' }))
  );
}

/** A run for a list, from its PipelineRun alone: no steps, and the state that its condition tells. */
export function rowOf(context: string, pipelineRun: PipelineRun): Run {
  const standing = standingOf(pipelineRun);
  const { startTime, completionTime } = pipelineRun.status ?? {};
  return row(context, pipelineRun.metadata, pipelineRun.spec?.pipelineRef?.name, {
    standing,
    startedAt: startTime,
    finishedAt: completionTime,
    cancelRequested: isCancelAsked(pipelineRun),
  });
}

/** A row of a Table of PipelineRuns, asked for with `includeObject=Metadata`. */
export const tableRowSchema = z.object({
  cells: z.array(z.unknown()).catch([]),
  object: z.object({ metadata: metadataSchema }),
});
export type TableRow = z.output<typeof tableRowSchema>;

/**
 * The same from a row of a Table with the columns Name, Succeeded, Reason, StartTime, CompletionTime. Its times are ages
 * ("9m28s"), so they are as exact as that; of an ended run, the start is left out where that would tell a wrong duration.
 * @param now epoch ms when the row was made
 */
export function rowOfTable(context: string, { cells, object }: TableRow, now: number): Run {
  const [, succeeded, reason, started, completed] = cells.map((cell) => (typeof cell === 'string' ? cell : ''));
  const state =
    succeeded === 'True' ? 'succeeded' : succeeded === 'False' ? 'failed' : succeeded === 'Unknown' ? 'going' : 'new';
  const [startedAt, finishedAt] = [before(now, started), before(now, completed)];
  return row(context, object.metadata, undefined, {
    standing: { state, reason: reason ?? '', message: '' },
    startedAt: finishedAt !== undefined && !tellsDuration(now, startedAt, finishedAt) ? undefined : startedAt,
    finishedAt,
    cancelRequested: false,
  });
}

/** False where the ages are too coarse to say how long it took: two hours ago, a run of a minute started when it ended. */
function tellsDuration(now: number, startedAt: number | undefined, finishedAt: number): boolean {
  if (startedAt === undefined) return false;
  const exactness = exactnessOf(now - startedAt);
  return exactness <= 1_000 || finishedAt - startedAt >= 10 * exactness;
}

const noSteps: Step[] = [];

interface RowFacts {
  readonly standing: Standing;
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  readonly cancelRequested: boolean;
}

function row(context: string, metadata: PipelineRun['metadata'], pipeline: string | undefined, facts: RowFacts): Run {
  const { standing, startedAt, finishedAt, cancelRequested } = facts;
  const identity = identityOf(context, metadata, pipeline);
  const started = startedAt === undefined ? undefined : Math.max(startedAt, identity.createdAt);
  const ended = standing.state === 'succeeded' || standing.state === 'failed';
  const reason = standing.state === 'failed' ? line(standing.message === '' ? standing.reason : standing.message) : '';
  return {
    ...identity,
    state: stateOf(standing),
    cancelRequested,
    ...(started !== undefined && { startedAt: started }),
    ...(ended && finishedAt !== undefined && { finishedAt: Math.max(finishedAt, started ?? finishedAt) }),
    ...(reason !== '' && { reason }),
    // Of thousands of rows, one list.
    steps: noSteps,
  };
}

function stateOf(standing: Standing): RunState {
  switch (standing.state) {
    case 'succeeded':
      return 'succeeded';
    case 'failed':
      return stopOf(standing) ?? 'failed';
    case 'new':
      return 'queued';
    case 'going':
      return standing.reason === 'PipelineRunPending'
        ? 'queued'
        : standing.reason === 'Started'
          ? 'staging'
          : 'running';
  }
}

/** `now` less an age such as "3d4h" or "9m28s"; undefined for anything else. */
function before(now: number, age: string | undefined): number | undefined {
  const parsed = age === undefined ? undefined : parseAge(age);
  return parsed === undefined ? undefined : Math.max(0, now - Math.max(0, parsed.atLeast));
}
