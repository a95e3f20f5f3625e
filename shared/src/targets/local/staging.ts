import { randomBytes } from 'node:crypto';
import { mkdir, open, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { formatBytes, SlipwayError, type RunEvent, type StepName } from '../../protocol/index.ts';
import type { RunSubmission, StagedFile } from '../runTarget.ts';
import { containedParts } from './containment.ts';
import { copyTree } from './copyTree.ts';
import { isMissing, makeFolders, onDisk, throwIfAborted } from './diskErrors.ts';
import { namesIn } from './folderNames.ts';
import type { LocalTargetSettings } from './localOptions.ts';
import { takeOver } from './reuse.ts';
import { dataPaths, isRunName, RunPaths, type LocalSettings } from './runFolder.ts';
import { sweepSteps } from './sweepSteps.ts';

/** Room for logs and results that a run should find beside twice its inputs. */
const spareBytes = 8 * 1024 * 1024;
/** Older remains are of submitters and deleters that were killed. */
const remainsMs = 24 * 3600 * 1000;

/** A name in the runs folder that is no run: `.staging-NAME-RANDOM`, `.trash-NAME-RANDOM`. */
export function hiddenName(kind: 'staging' | 'trash', run: string): string {
  return `.${kind}-${run}-${randomBytes(6).toString('hex')}`;
}

/**
 * Writes a whole run's folder under a hidden name, ready to be renamed to its place. On any failure it is removed.
 * @returns its absolute path
 * @throws SlipwayError `disk.full`, `disk.denied`, `path.refused`, `retry.refused`, `cancelled`
 */
export async function stageRun(
  settings: LocalTargetSettings,
  submission: RunSubmission,
  interpreter: string,
  signal: AbortSignal,
): Promise<string> {
  const { dataDir } = settings;
  const runs = dataPaths(dataDir).runs;
  const folder = join(runs, hiddenName('staging', submission.runFile.run));
  await onDisk(dataDir, async () => {
    await makeFolders(runs);
    await checkSpace(dataDir, submission.files);
    await mkdir(folder, { mode: 0o700 });
  });
  try {
    await fillFolder(settings, submission, interpreter, new RunPaths(folder), signal);
    return folder;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function fillFolder(
  settings: LocalTargetSettings,
  submission: RunSubmission,
  interpreter: string,
  paths: RunPaths,
  signal: AbortSignal,
): Promise<void> {
  const { dataDir } = settings;
  const { runFile, run, files } = submission;
  for (const folder of [paths.inputs, paths.work, paths.output, paths.logs, paths.results]) {
    await onDisk(dataDir, () => mkdir(folder, { mode: 0o700 }));
  }
  for (const file of files) await writeStaged(dataDir, paths.inputs, file, signal);
  await onDisk(dataDir, () => copyTree(paths.inputs, paths.work, () => true, signal));
  if (runFile.reuse !== undefined) {
    const { run: name, steps } = runFile.reuse;
    const original = await reusedRun(dataDir, name, steps);
    await onDisk(dataDir, () => takeOver(runFile, steps, original, paths, signal));
  }
  const stepsDir = await placeSteps(settings, signal);
  const local = localSettings(settings, interpreter, stepsDir);
  const submitted: RunEvent = { type: 'submitted', time: settings.now(), run };
  await onDisk(dataDir, async () => {
    await writeFile(paths.runFile, runFileText(runFile), { mode: 0o600 });
    await writeFile(paths.local, `${JSON.stringify(local, undefined, 2)}\n`, { mode: 0o600 });
    await writeFile(paths.events, `${JSON.stringify(submitted)}\n`, { mode: 0o600 });
  });
  throwIfAborted(signal);
}

/** The text of `run.json`; also what two submissions of one name are compared by. */
export function runFileText(runFile: RunSubmission['runFile']): string {
  return `${JSON.stringify(runFile, undefined, 2)}\n`;
}

async function placeSteps(settings: LocalTargetSettings, signal: AbortSignal): Promise<string> {
  const { folder, isNew } = await settings.keptSteps.place(signal);
  if (isNew) await sweepOthers(settings);
  return folder;
}

/** What is left of other versions is no concern of a run that is submitted. */
async function sweepOthers(settings: LocalTargetSettings): Promise<void> {
  try {
    await sweepSteps(settings);
  } catch (error) {
    settings.log(`old step scripts: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function localSettings(settings: LocalTargetSettings, interpreter: string, stepsDir: string): LocalSettings {
  return {
    version: 1,
    submittedAt: settings.now(),
    interpreter,
    environmentsDir: settings.environmentsDir,
    stepsDir,
    queueDir: dataPaths(settings.dataDir).queue,
    slots: settings.slots,
    cancelGraceMs: settings.cancelGraceMs,
    leftoverGraceMs: settings.leftoverGraceMs,
    cancelledCollectMs: settings.cancelledCollectMs,
  };
}

async function writeStaged(dataDir: string, inputs: string, file: StagedFile, signal: AbortSignal): Promise<void> {
  throwIfAborted(signal);
  const path = join(inputs, ...containedParts(file.path));
  const handle = await onDisk(dataDir, async () => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    return open(path, 'wx', 0o600);
  });
  try {
    // Only writing is a matter of our disk; a failure to read the source keeps its own words.
    for await (const chunk of file.open(signal)) {
      throwIfAborted(signal);
      await onDisk(dataDir, () => handle.writeFile(chunk));
    }
  } finally {
    await handle.close();
  }
}

async function checkSpace(dataDir: string, files: readonly StagedFile[]): Promise<void> {
  const { bavail, bsize } = await statfs(dataDir);
  const inputs = files.reduce((total, file) => total + file.bytes, 0);
  // Once in inputs/, once in work/.
  const needed = 2 * inputs + spareBytes;
  const free = bavail * bsize;
  if (free >= needed) return;
  throw new SlipwayError(
    'disk.full',
    `The run needs ${formatBytes(needed)} on the disk that holds ${dataDir}, which has ${formatBytes(free)} left.`,
    { action: 'Free some space, for example by deleting old runs, and submit again.' },
  );
}

async function reusedRun(dataDir: string, name: string, steps: readonly StepName[]): Promise<RunPaths> {
  const paths = new RunPaths(join(dataPaths(dataDir).runs, name));
  if (isRunName(name) && (await exists(paths.runFile))) return paths;
  throw new SlipwayError('retry.refused', `The run ${name}, whose ${steps.join(', ')} was to be reused, is gone.`, {
    action: 'Run it again from the start.',
  });
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Removes what killed submitters and deleters left in the runs folder. */
export async function sweepRemains(settings: LocalTargetSettings): Promise<void> {
  const { runs } = dataPaths(settings.dataDir);
  for (const name of (await namesIn(runs)).filter((candidate) => /^\.(staging|trash)-/.test(candidate))) {
    try {
      const { mtimeMs } = await stat(join(runs, name));
      if (settings.now() - mtimeMs > remainsMs) await rm(join(runs, name), { recursive: true, force: true });
    } catch {
      // Another process sweeps too, or it cannot be removed; neither concerns this submission.
    }
  }
}
