import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SlipwayError } from '../../protocol/index.ts';
import type { RunSubmission } from '../runTarget.ts';
import { errorCode, isMissing, onDisk, throwIfAborted } from './diskErrors.ts';
import type { LocalTargetSettings } from './localOptions.ts';
import { findOnPath } from './python/index.ts';
import { dataPaths, isRunName, RunPaths } from './runFolder.ts';
import { runFileText, stageRun, sweepRemains } from './staging.ts';
import { readSupervisor, startSupervisor } from './supervisorProcess.ts';

/** See `RunTarget.submit`. */
export async function submitRun(
  settings: LocalTargetSettings,
  submission: RunSubmission,
  signal: AbortSignal,
): Promise<void> {
  const name = submission.runFile.run;
  if (!isRunName(name)) {
    throw new SlipwayError('spec.invalid', `${JSON.stringify(name)} cannot be a run's name.`, {
      action: 'Use lower-case letters, digits and dashes, at most 63 of them.',
    });
  }
  throwIfAborted(signal);
  const place = new RunPaths(join(dataPaths(settings.dataDir).runs, name));
  if (await onDisk(settings.dataDir, () => isSameRun(place, submission))) return ensureStarted(settings, place);
  await sweepRemains(settings);
  const staged = await stageRun(settings, submission, await interpreterOf(settings, submission), signal);
  if (!(await moveInto(settings, staged, place.folder))) {
    // Somebody else submitted the same name while we staged.
    await isSameRun(place, submission);
    return ensureStarted(settings, place);
  }
  try {
    await startSupervisor(settings, place);
  } catch (error) {
    await rm(place.folder, { recursive: true, force: true });
    throw error;
  }
}

/** True when the run is there already. @throws SlipwayError `run.conflict` when it is another one of that name */
async function isSameRun(place: RunPaths, submission: RunSubmission): Promise<boolean> {
  let text: string;
  try {
    text = await readFile(place.runFile, 'utf8');
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
  if (text === runFileText(submission.runFile)) return true;
  throw new SlipwayError('run.conflict', `There is another run with the name ${submission.runFile.run}.`, {
    action: 'Submit under another name.',
  });
}

/** The submitter before us may have been killed before it started the supervisor; a second one steps back by itself. */
async function ensureStarted(settings: LocalTargetSettings, place: RunPaths): Promise<void> {
  if ((await readSupervisor(place)) === undefined) await startSupervisor(settings, place);
}

/** Renames the staged folder to its place, whole or not at all; false when the place is taken, and then it is removed. */
async function moveInto(settings: LocalTargetSettings, staged: string, place: string): Promise<boolean> {
  try {
    await onDisk(settings.dataDir, () => rename(staged, place));
    return true;
  } catch (error) {
    await rm(staged, { recursive: true, force: true });
    if (errorCode(error) === 'ENOTEMPTY' || errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function interpreterOf(settings: LocalTargetSettings, submission: RunSubmission): Promise<string> {
  if (submission.python !== undefined) return submission.python.interpreter;
  const found = await findOnPath('python3', settings.env.PATH);
  if (found !== undefined) return found;
  throw new SlipwayError('python.unusable', 'No python3 was found on PATH.', {
    action: 'Install Python 3.9 or newer, or name one with python: in the job spec.',
  });
}
