import { resources, type ResourceType } from '../../../kubernetes/index.ts';
import { SlipwayError } from '../../../protocol/index.ts';
import { objectSchema } from './clusterObjects.ts';
import { runOf } from './runObjects.ts';
import type { SpaceObjects } from './spaceObjects.ts';
import { undoPlan, type MadeObject, type UndoStep } from './submitPlan.ts';

export const typesMade: Readonly<Record<MadeObject['kind'], ResourceType>> = {
  inputs: resources.configMaps,
  volume: resources.persistentVolumeClaims,
  upload: resources.pods,
  pipelineRun: resources.pipelineRuns,
};

/** How long a failed submission may take to clean up: whoever aborted it waits. */
const takeBackMs = 15_000;

/**
 * Takes back what a failed submission made, and returns the failure to throw: the same one, with what could not be removed.
 * @param clearFolder removes what was uploaded to a claim that stays
 */
export async function takeBack(
  space: SpaceObjects,
  run: string,
  made: readonly MadeObject[],
  clearFolder: (signal: AbortSignal) => Promise<void>,
  failure: unknown,
): Promise<unknown> {
  // The signal of the submission may be what ended it.
  const signal = AbortSignal.timeout(takeBackMs);
  const left: string[] = [];
  for (const step of undoPlan(made)) {
    try {
      await undo(space, run, step, clearFolder, signal);
    } catch (error) {
      left.push(`${stepWords(step)} (${error instanceof Error ? error.message : String(error)})`);
    }
  }
  return left.length === 0 ? failure : withRemains(failure, left);
}

async function undo(
  space: SpaceObjects,
  run: string,
  step: UndoStep,
  clearFolder: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  if (step.kind === 'clearFolder') return clearFolder(signal);
  const { kind, name } = step.object;
  const type = typesMade[kind];
  const uid = step.object.uid ?? (await uidOfOurs(space, type, name, run, signal));
  if (uid !== undefined) await space.remove(type, { name, uid }, signal);
}

/** The answer to its making was lost: it is removed only if it is there and the run's own. */
async function uidOfOurs(
  space: SpaceObjects,
  type: ResourceType,
  name: string,
  run: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const object = await space.find(type, name, objectSchema, signal);
  return object !== undefined && runOf(object.metadata) === run ? object.metadata.uid : undefined;
}

function stepWords(step: UndoStep): string {
  if (step.kind === 'clearFolder') return 'what was uploaded';
  return `${typesMade[step.object.kind].kind} ${step.object.name}`;
}

function withRemains(failure: unknown, left: readonly string[]): unknown {
  const prune = 'slipway prune removes what was left behind, from 15 minutes after its making.';
  const message = failure instanceof Error ? failure.message : String(failure);
  const known = SlipwayError.is(failure) ? failure : undefined;
  return new SlipwayError(
    known?.code ?? 'internal',
    `${message} This could not be removed again: ${left.join(', ')}.`,
    {
      action: known?.action === undefined ? prune : `${known.action} ${prune}`,
      cause: failure,
    },
  );
}
