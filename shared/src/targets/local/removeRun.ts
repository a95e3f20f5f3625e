import { chmod, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, isMissing } from './diskErrors.ts';
import { runNotFound } from './runEvents.ts';
import { hiddenName } from './staging.ts';

/**
 * Removes a run's folder: out of sight at once, then for good.
 * @throws SlipwayError `run.notFound`
 */
export async function removeRun(runs: string, run: string): Promise<void> {
  const trash = join(runs, hiddenName('trash', run));
  try {
    await rename(join(runs, run), trash);
  } catch (error) {
    throw isMissing(error) ? runNotFound(run) : error;
  }
  try {
    await rm(trash, { recursive: true, force: true });
  } catch (error) {
    if (errorCode(error) !== 'EACCES' && errorCode(error) !== 'EPERM') throw error;
    // Programs make folders read-only (package caches do); they are the user's own, so open them and try again.
    await openFolders(trash);
    await rm(trash, { recursive: true, force: true });
  }
}

async function openFolders(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await openFolders(join(folder, entry.name));
  }
}
