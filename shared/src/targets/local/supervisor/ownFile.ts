import { lstatSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Opens a file of the run's folder for appending and reading. A program of the user's may have removed the folder that it
 * lies in, which is made again, or put a link, a named pipe or a folder in its place, which is removed: opening a pipe
 * would wait for a reader for ever. The run's own folder is not made again.
 */
export function openOwnFile(path: string): number {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) makeFolder(dirname(path));
  else if (!there.isFile()) rmSync(path, { recursive: true, force: true });
  return openSync(path, 'a+', 0o600);
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
