import { resources } from '../../../kubernetes/index.ts';
import type { RunFile, RunVolume } from '../../../pipeline/index.ts';
import { SlipwayError, type TeamProfile } from '../../../protocol/index.ts';
import { claimSchema, pipelineRunSchema } from './clusterObjects.ts';
import { runOf, volumeOf } from './runObjects.ts';
import type { SpaceObjects } from './spaceObjects.ts';

export interface OriginalVolume {
  readonly volume: RunVolume;
  /** Its claim, where it was made for a run: the retry becomes a further owner of it. */
  readonly ownedClaim: string | undefined;
}

/**
 * The volume of the run that this one takes steps from: by its PipelineRun, and where that is gone by the profile.
 * Undefined for a run that reuses nothing.
 * @throws SlipwayError `retry.refused` when the volume is gone
 */
export async function originalVolume(
  space: SpaceObjects,
  profile: TeamProfile,
  runFile: RunFile,
  signal: AbortSignal,
): Promise<OriginalVolume | undefined> {
  if (runFile.reuse === undefined) return undefined;
  const original = runFile.reuse.run;
  const pipelineRun = await space.find(resources.pipelineRuns, original, pipelineRunSchema, signal);
  const volume = pipelineRun === undefined ? sharedVolume(profile) : volumeOf(pipelineRun);
  if (volume === undefined) throw volumeGone(original);
  const claim = await space.find(resources.persistentVolumeClaims, volume.claimName, claimSchema, signal);
  if (claim === undefined || claim.metadata.deletionTimestamp !== undefined) throw volumeGone(original);
  return { volume, ownedClaim: runOf(claim.metadata) === undefined ? undefined : volume.claimName };
}

export function volumeGone(original: string): SlipwayError {
  return new SlipwayError(
    'retry.refused',
    `The volume of the run ${original}, whose steps were to be reused, is gone.`,
    {
      action: 'Run it again from the start.',
    },
  );
}

/** On a claim that outlives its runs the folder is still there when the PipelineRun is gone. */
export function sharedVolume({ volume }: TeamProfile): RunVolume | undefined {
  return volume?.kind === 'claim' ? { claimName: volume.claimName, subPath: volume.subPath } : undefined;
}
