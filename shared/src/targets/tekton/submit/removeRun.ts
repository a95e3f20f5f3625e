import { resources, type Clock, type ResourceType } from '../../../kubernetes/index.ts';
import { labels, managedSelector } from '../../../pipeline/index.ts';
import { SlipwayError, type TeamProfile } from '../../../protocol/index.ts';
import { noSuchRun } from './cancelRun.ts';
import { claimSchema, objectSchema, pipelineRunSchema, type PipelineRun, type Pod } from './clusterObjects.ts';
import { reusedBy } from './reuses.ts';
import { sharedVolume } from './originalVolume.ts';
import type { RunFolders } from './runFolders.ts';
import { isDone, isOurs, isStopping, runOf, volumeOf } from './runObjects.ts';
import { isTerminal, podsOf } from './runPods.ts';
import type { SpaceObjects } from './spaceObjects.ts';

export interface Remover {
  readonly space: SpaceObjects;
  readonly profile: TeamProfile;
  readonly clock: Clock;
  readonly folders: RunFolders;
}

/** How long deleting waits for the cluster to take a run's objects away. */
const goneMs = 30_000;
/** A run that was cancelled is done a moment later, and its pod after that: it has half a minute. */
const endingMs = 35_000;
const pollMs = 300;

/**
 * See `RunTarget.delete`. The folder goes first and the PipelineRun last, so that a run half deleted can be deleted again.
 * @returns what could not be removed, a sentence each
 * @throws SlipwayError `run.notFound`, `run.conflict`
 */
export async function deleteRun(remover: Remover, run: string, signal: AbortSignal): Promise<readonly string[]> {
  const { space } = remover;
  const pipelineRun = await space.find(resources.pipelineRuns, run, pipelineRunSchema, signal);
  if (pipelineRun === undefined) return deleteRemains(remover, run, signal);
  const { goesOn } = await checkMayGo(remover, pipelineRun, signal);
  if (goesOn) return removeWithPods(remover, pipelineRun, signal);
  const notes = await removeRun(remover, pipelineRun, 'Foreground', signal);
  await untilGone(remover, pipelineRun, signal);
  return notes;
}

/** Nothing but the end of the PipelineRun ends its pods; before that they would write into the folder again. */
async function removeWithPods(
  remover: Remover,
  pipelineRun: PipelineRun,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { name, uid } = pipelineRun.metadata;
  await remover.space.remove(resources.pipelineRuns, { name, uid }, signal, 'Foreground');
  await untilGone(remover, pipelineRun, signal);
  return isOurs(pipelineRun.metadata) ? noting(() => removeRest(remover, name, signal), signal) : [];
}

/** Removes a run that has ended, with all that is its own. @returns as `deleteRun` */
export async function removeRun(
  remover: Remover,
  pipelineRun: PipelineRun,
  propagation: 'Background' | 'Foreground',
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { space } = remover;
  const { name, uid } = pipelineRun.metadata;
  const notes = isOurs(pipelineRun.metadata) ? await removeFolder(remover, pipelineRun, signal) : [];
  await space.remove(resources.pipelineRuns, { name, uid }, signal, propagation);
  if (isOurs(pipelineRun.metadata)) await removeUnowned(space, name, signal);
  return notes;
}

/**
 * @returns `goesOn`: a pod of it works on although the run is over, as where Tekton was just making it when it was cancelled
 * (decision 10)
 * @throws SlipwayError `run.conflict` while it, its pod or a retry that reads it has not ended
 */
async function checkMayGo(
  remover: Remover,
  run: PipelineRun,
  signal: AbortSignal,
): Promise<{ readonly goesOn: boolean }> {
  const { space, clock } = remover;
  const { name } = run.metadata;
  const end = clock.now() + endingMs;
  if (!(await isDoneBy(end, remover, run, signal)))
    throw notFinal(
      `The run ${name} has not ended, so it cannot be deleted.`,
      `Cancel it first: slipway cancel ${name}`,
    );
  const working = async (): Promise<readonly Pod[]> =>
    (await podsOf(space, name, signal)).filter((pod) => !isTerminal(pod));
  let pods = await working();
  while (pods.length > 0 && clock.now() <= end) {
    await clock.sleep(pollMs, signal);
    pods = await working();
  }
  if (pods.some(({ metadata }) => metadata.deletionTimestamp !== undefined))
    throw notFinal(`The pod of the run ${name} is still ending.`, 'Try again in a moment.');
  const retry = await readerOf(end, remover, run, signal);
  if (retry === undefined) return { goesOn: pods.length > 0 };
  throw notFinal(
    `The run ${retry} takes steps from ${name} and has not ended.`,
    `Wait for it, or cancel it: slipway cancel ${retry}.`,
  );
}

function notFinal(message: string, action: string): SlipwayError {
  return new SlipwayError('run.conflict', message, { action });
}

/** Whether a run is done; one that was told to stop is waited for. @param end epoch ms */
async function isDoneBy(
  end: number,
  { space, clock }: Remover,
  run: PipelineRun,
  signal: AbortSignal,
): Promise<boolean> {
  for (let seen: PipelineRun | undefined = run; seen !== undefined && !isDone(seen);) {
    if (!isStopping(seen) || clock.now() > end) return false;
    await clock.sleep(pollMs, signal);
    seen = await space.find(resources.pipelineRuns, run.metadata.name, pipelineRunSchema, signal);
  }
  return true;
}

/** A retry of the run that still needs its folder. @param end epoch ms, until when one that was told to stop is waited for */
async function readerOf(
  end: number,
  remover: Remover,
  run: PipelineRun,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { space } = remover;
  // A retry runs the same notebook, which keeps the list short; for a command all runs are asked for.
  const notebook = run.metadata.labels[labels.notebook];
  const selector = notebook === undefined ? managedSelector : `${managedSelector},${labels.notebook}=${notebook}`;
  const all = await space.metadata(resources.pipelineRuns, selector, signal);
  for (const { name } of all.filter((metadata) => reusedBy(metadata) === run.metadata.name)) {
    const retry = await space.find(resources.pipelineRuns, name, pipelineRunSchema, signal);
    if (retry !== undefined && !(await isDoneBy(end, remover, retry, signal))) return name;
  }
  return undefined;
}

/** A run whose PipelineRun is gone, or was never made. */
async function deleteRemains(remover: Remover, run: string, signal: AbortSignal): Promise<readonly string[]> {
  if (!(await removeRest(remover, run, signal))) throw noSuchRun(run, remover.space);
  return [];
}

/** False where nothing was left of the run. */
async function removeRest({ space, profile, folders }: Remover, run: string, signal: AbortSignal): Promise<boolean> {
  const removed = await removeUnowned(space, run, signal);
  const volume = sharedVolume(profile);
  const folder = volume !== undefined && (await folders.remove(volume, run, signal));
  return removed > 0 || folder;
}

/** On a volume that stays when the run goes, its folder would stay too. */
async function removeFolder(
  { space, folders }: Remover,
  run: PipelineRun,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const volume = volumeOf(run);
  if (volume === undefined) return [];
  const claim = await space.find(resources.persistentVolumeClaims, volume.claimName, claimSchema, signal);
  if (claim === undefined) return [];
  const { ownerReferences } = claim.metadata;
  const goesToo = runOf(claim.metadata) !== undefined && ownerReferences.every(({ uid }) => uid === run.metadata.uid);
  if (goesToo) return [];
  return noting(() => folders.remove(volume, run.metadata.name, signal), signal);
}

/** The folder is removed as well as can be; the run itself goes in any case. */
async function noting(remove: () => Promise<unknown>, signal: AbortSignal): Promise<readonly string[]> {
  try {
    await remove();
    return [];
  } catch (error) {
    if (signal.aborted || !SlipwayError.is(error)) throw error;
    return [`${error.message} ${error.action ?? ''}`.trimEnd()];
  }
}

/** What the garbage collector would not take: a submission may have been killed before it set the owners. */
async function removeUnowned(space: SpaceObjects, run: string, signal: AbortSignal): Promise<number> {
  const selector = `${managedSelector},${labels.run}=${run}`;
  let removed = 0;
  for (const type of [
    resources.pods,
    resources.persistentVolumeClaims,
    resources.configMaps,
  ] satisfies ResourceType[]) {
    for (const { name, uid, ownerReferences } of await space.metadata(type, selector, signal)) {
      if (ownerReferences.length > 0) continue;
      await space.remove(type, { name, uid }, signal);
      removed += 1;
    }
  }
  return removed;
}

/** So that whoever lists next does not see it any more. */
async function untilGone({ space, clock }: Remover, { metadata }: PipelineRun, signal: AbortSignal): Promise<void> {
  const end = clock.now() + goneMs;
  while (clock.now() < end) {
    const there = await space.find(resources.pipelineRuns, metadata.name, objectSchema, signal);
    if (there?.metadata.uid !== metadata.uid) return;
    await clock.sleep(pollMs, signal);
  }
}
