import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from './diskErrors.ts';
import { namesIn } from './folderNames.ts';
import type { LocalTargetSettings } from './localOptions.ts';
import { EventReader, isFinal } from './runEvents.ts';
import { dataPaths, isRunName, RunPaths } from './runFolder.ts';
import { parseLocalSettings } from './supervisor/localSettings.ts';

/** A copy that was used within this time may belong to a run that is just being submitted. */
const spareMs = 24 * 3600 * 1000;

/** Which copies unfinished runs may use. */
interface Uses {
  readonly folders: Set<string>;
  /** Epoch ms: copies used since then may belong to a run that does not say which one is its own. */
  since: number;
}

/**
 * Removes copies of the step scripts that no unfinished run uses any more; called when another version comes. What cannot be
 * read or removed is logged, and keeps no other copy.
 */
export async function sweepSteps(settings: LocalTargetSettings): Promise<void> {
  const { steps } = dataPaths(settings.dataDir);
  const old = new Map<string, number>();
  for (const folder of (await namesIn(steps)).map((name) => join(steps, name))) {
    await logged(settings, folder, async () => {
      const { mtimeMs } = await stat(folder);
      if (settings.now() - mtimeMs > spareMs) old.set(folder, mtimeMs);
    });
  }
  if (old.size === 0) return;
  const uses = await usesOf(settings);
  for (const [folder, usedAt] of old) {
    if (uses.folders.has(folder) || usedAt >= uses.since) continue;
    await logged(settings, folder, () => rm(folder, { recursive: true, force: true }));
  }
}

async function usesOf(settings: LocalTargetSettings): Promise<Uses> {
  const { runs } = dataPaths(settings.dataDir);
  const reader = new EventReader(settings);
  const uses: Uses = { folders: new Set(), since: Infinity };
  for (const name of (await namesIn(runs)).filter(isRunName)) {
    const paths = new RunPaths(join(runs, name));
    const isRead = await logged(settings, paths.folder, async () => {
      if (isFinal(await reader.read(name, paths))) return;
      uses.folders.add(parseLocalSettings(await readFile(paths.local, 'utf8')).stepsDir);
    });
    // A run's copy was noted as in use while the run was submitted.
    if (!isRead) uses.since = Math.min(uses.since, (await submittedAt(paths)) - spareMs);
  }
  return uses;
}

/** When a run's folder was written (epoch ms): 0 where nothing tells, Infinity where it has been deleted meanwhile. */
async function submittedAt(paths: RunPaths): Promise<number> {
  return (await changedAt(paths.runFile)) ?? ((await changedAt(paths.folder)) === undefined ? Infinity : 0);
}

async function changedAt(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}

/** False where it failed, which is logged. */
async function logged({ log }: LocalTargetSettings, path: string, work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    // Another process sweeps or deletes, too.
    if (!isMissing(error)) log(`old step scripts, ${path}: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}
