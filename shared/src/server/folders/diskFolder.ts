import { constants, type Dirent } from 'node:fs';
import { type FileHandle, lstat, open, readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { FolderEntry, JobFolder } from '../../jobs/index.ts';
import { SlipwayError } from '../../protocol/index.ts';
import { folderParts, isCode } from './folderPath.ts';

const chunkBytes = 256 * 1024;
/** How many names of a folder are looked at together. */
const statsAtOnce = 64;

type EntryStatus = Omit<FolderEntry, 'name'>;

/**
 * The folder at `root` (absolute) on this machine's disk. Whatever links there are, nothing outside of it is ever read.
 * @throws SlipwayError in use: `path.refused` for a path that leads out, `disk.denied` where the disk does not allow it,
 * `files.refused` for what is not there or is no file
 */
export function createDiskFolder(root: string, label: string): JobFolder {
  return {
    label,
    diskPath: root,
    list: (path, signal) => list(root, path, signal),
    stat: (path, signal) => statusOf(root, path, signal),
    read: (path, signal) => read(root, path, signal),
  };
}

async function list(root: string, path: string, signal: AbortSignal): Promise<readonly FolderEntry[]> {
  const parts = folderParts(path);
  return named(path, async () => {
    const chain = await realChain(root, parts);
    const folder = chain.at(-1) ?? root;
    const names = await readdir(folder, { withFileTypes: true });
    const entries: FolderEntry[] = [];
    for (let start = 0; start < names.length; start += statsAtOnce) {
      signal.throwIfAborted();
      const some = names.slice(start, start + statsAtOnce);
      const statuses = await Promise.all(some.map((dirent) => direntStatus(chain, folder, dirent)));
      some.forEach(({ name }, index) => {
        const status = statuses[index];
        if (status !== undefined) entries.push({ name, ...status });
      });
    }
    return entries;
  });
}

async function statusOf(
  root: string,
  path: string,
  signal: AbortSignal,
): Promise<{ kind: FolderEntry['kind'] | 'missing'; bytes: number }> {
  const parts = folderParts(path);
  signal.throwIfAborted();
  return named(path, async () => {
    try {
      const chain = await realChain(root, parts.slice(0, -1));
      return await reached(chain, join(chain.at(-1) ?? root, parts.at(-1) ?? ''));
    } catch (error) {
      if (isCode(error, 'ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP')) return { kind: 'missing', bytes: 0 };
      throw error;
    }
  });
}

async function* read(root: string, path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const parts = folderParts(path);
  const handle = await named(path, () => openFile(root, parts, path));
  try {
    while (true) {
      signal.throwIfAborted();
      // Every chunk has a buffer of its own: a slow consumer may still hold the last one.
      const { bytesRead, buffer } = await named(path, () => handle.read(new Uint8Array(chunkBytes)));
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

async function openFile(root: string, parts: readonly string[], path: string): Promise<FileHandle> {
  const file = (await realChain(root, parts)).at(-1) ?? root;
  // Nonblocking, because opening a named pipe would wait for a writer; what was resolved is no link any more.
  // Windows has neither flag, and counts them as 0.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw new SlipwayError('files.refused', `${JSON.stringify(path)} is not a file.`);
}

/**
 * The real folders on the way to a path, from the root to the path itself.
 * @throws SlipwayError `path.refused` when one of them lies outside
 */
async function realChain(root: string, parts: readonly string[]): Promise<readonly string[]> {
  const chain = [await realpath(root)];
  for (const part of parts) {
    const real = await realpath(join(chain.at(-1) ?? root, part));
    if (!contains(chain[0] ?? root, real)) {
      throw new SlipwayError('path.refused', `A link leads out of the folder: ${JSON.stringify(parts.join('/'))}`, {
        action: 'Copy the file into the folder, or name it where it is.',
      });
    }
    chain.push(real);
  }
  return chain;
}

/** Undefined for what vanished since the folder was read. */
async function direntStatus(
  chain: readonly string[],
  folder: string,
  dirent: Dirent,
): Promise<EntryStatus | undefined> {
  if (dirent.isDirectory()) return { kind: 'folder', bytes: 0 };
  try {
    return await reached(chain, join(folder, dirent.name));
  } catch (error) {
    // A name that is no UTF-8 cannot be spelled, and so not read; it is shown all the same.
    if (isCode(error, 'ENOENT')) return dirent.name.includes('\uFFFD') ? { kind: 'other', bytes: 0 } : undefined;
    throw error;
  }
}

/** What a path is once its links are followed, as far as they may be. @throws ENOENT where nothing is there */
async function reached(chain: readonly string[], path: string): Promise<EntryStatus> {
  const real = await realOrLink(path);
  if (real === undefined || leadsAway(chain, path, real)) return { kind: 'link', bytes: 0 };
  const status = await stat(real);
  if (status.isFile()) return { kind: 'file', bytes: status.size };
  return { kind: status.isDirectory() ? 'folder' : 'other', bytes: 0 };
}

/** True for a link that leaves the folder, or comes back to a folder on the way to it: a walk would not end. */
function leadsAway(chain: readonly string[], path: string, real: string): boolean {
  if (real === path) return false;
  return !contains(chain[0] ?? real, real) || chain.some((passed) => contains(real, passed));
}

/** Where a path really is; undefined for a link to nothing or in a circle. */
async function realOrLink(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    if (isCode(error, 'ELOOP')) return undefined;
    if (isCode(error, 'ENOENT') && (await lstat(path)).isSymbolicLink()) return undefined;
    throw error;
  }
}

function contains(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Gives failures of the disk a name and the path as the person knows it. */
async function named<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const what = path === '' ? 'The folder of the job' : JSON.stringify(path);
    if (isCode(error, 'EACCES', 'EPERM')) {
      throw new SlipwayError('disk.denied', `${what} may not be read by this user.`, {
        action: 'Give yourself the right to read it, or exclude it in .slipwayignore.',
        cause: error,
      });
    }
    if (isCode(error, 'ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'EISDIR', 'ENXIO')) {
      throw new SlipwayError('files.refused', `${what} is not there, or not what it was a moment ago.`, {
        cause: error,
      });
    }
    if (isCode(error, 'EIO', 'ESTALE', 'EMFILE', 'ENFILE')) {
      throw new SlipwayError('disk.denied', `${what} cannot be read: ${String(error)}`, { cause: error });
    }
    throw error;
  }
}
