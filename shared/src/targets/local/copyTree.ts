import { constants, type Dirent } from 'node:fs';
import { copyFile, lstat, mkdir, opendir, readlink, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isMissing, throwIfAborted } from './diskErrors.ts';

export interface TreeEntry {
  /** Relative to the walked folder, forward slashes. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'link';
}

/** Walks a folder, parents before children; links are not followed, pipes and sockets left out. Empty when it is missing. */
export async function* walkTree(folder: string, signal: AbortSignal): AsyncGenerator<TreeEntry, void, undefined> {
  const waiting = [''];
  for (let prefix = waiting.shift(); prefix !== undefined; prefix = waiting.shift()) {
    for (const entry of await entriesOf(join(folder, prefix))) {
      throwIfAborted(signal);
      const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
      const kind = kindOf(entry);
      if (kind === undefined) continue;
      if (kind === 'folder') waiting.push(path);
      yield { path, kind };
    }
  }
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    const entries: Dirent[] = [];
    for await (const entry of await opendir(folder)) entries.push(entry);
    return entries.sort((left, right) => (left.name < right.name ? -1 : 1));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function kindOf(entry: Dirent): TreeEntry['kind'] | undefined {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  return entry.isSymbolicLink() ? 'link' : undefined;
}

/** Copies what `choose` accepts; what is in the way in `to` gives way. Clones the blocks where the file system can. */
export async function copyTree(
  from: string,
  to: string,
  choose: (entry: TreeEntry) => boolean | Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  for await (const entry of walkTree(from, signal)) {
    if (!(await choose(entry))) continue;
    await copyEntry(entry.kind, join(from, entry.path), join(to, entry.path));
  }
}

async function copyEntry(kind: TreeEntry['kind'], from: string, to: string): Promise<void> {
  if (kind === 'folder') return makeFolder(to);
  await rm(to, { recursive: true, force: true });
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  if (kind === 'link') return symlink(await readlink(from), to);
  await copyFile(from, to, constants.COPYFILE_FICLONE);
}

async function makeFolder(path: string): Promise<void> {
  const there = await lstat(path).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (there?.isDirectory() === true) return;
  if (there !== undefined) await rm(path, { force: true });
  await mkdir(path, { mode: 0o700 });
}
