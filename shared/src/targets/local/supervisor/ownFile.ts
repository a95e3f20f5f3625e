import { lstatSync, mkdirSync, openSync, rmSync } from 'node:fs';

/**
 * Opens a file of the run's folder for appending and reading. A program of the user's may have put a link, a named pipe or a
 * folder in its place, which is removed: opening a pipe would wait for a reader for ever.
 * @throws where its folder is not there: that of a run that was deleted must not come back
 */
export function openOwnFile(path: string): number {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there?.isFile() === false) rmSync(path, { recursive: true, force: true });
  return openSync(path, 'a+', 0o600);
}

/** Makes a folder inside of the run's again that a program of the user's may have removed; nothing where it is there. */
export function makeOwnFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
