import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { namesIn } from './folderNames.ts';
import type { LocalTargetSettings } from './localOptions.ts';
import { EventReader, isFinal } from './runEvents.ts';
import { dataPaths, isRunName, RunPaths } from './runFolder.ts';
import { parseLocalSettings } from './supervisor/localSettings.ts';

/** A copy that was used within this time may belong to a run that is just being submitted. */
const spareMs = 24 * 3600 * 1000;

/** Removes copies of the step scripts that no unfinished run uses any more; called when another version comes. */
export async function sweepSteps(settings: LocalTargetSettings): Promise<void> {
  const { steps } = dataPaths(settings.dataDir);
  const old: string[] = [];
  for (const name of await namesIn(steps)) {
    const folder = join(steps, name);
    const { mtimeMs } = await stat(folder);
    if (settings.now() - mtimeMs > spareMs) old.push(folder);
  }
  if (old.length === 0) return;
  const used = await foldersInUse(settings);
  for (const folder of old) {
    if (!used.has(folder)) await rm(folder, { recursive: true, force: true });
  }
}

async function foldersInUse(settings: LocalTargetSettings): Promise<ReadonlySet<string>> {
  const { runs } = dataPaths(settings.dataDir);
  const reader = new EventReader(settings);
  const used = new Set<string>();
  for (const name of (await namesIn(runs)).filter(isRunName)) {
    const paths = new RunPaths(join(runs, name));
    if (isFinal(await reader.read(name, paths))) continue;
    used.add(parseLocalSettings(await readFile(paths.local, 'utf8')).stepsDir);
  }
  return used;
}
