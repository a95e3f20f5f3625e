import { lstat, open, realpath, type FileHandle } from 'node:fs/promises';
import { constants } from 'node:fs';
import { join, sep } from 'node:path';
import { SlipwayError } from '../../protocol/index.ts';
import { errorCode, isMissing } from './diskErrors.ts';

/**
 * Takes a path apart that is to stay inside a folder: relative, forward slashes, no `.` or `..` or empty part, no NUL.
 * @throws SlipwayError `path.refused`
 */
export function containedParts(path: string): readonly string[] {
  const parts = path.split('/');
  if (path.includes('\0') || parts.some((part) => part === '' || part === '.' || part === '..')) {
    throw new SlipwayError('path.refused', `The path ${JSON.stringify(path)} is not a plain path inside the run.`, {
      action: 'Name a file relative to the run, such as output/report.html.',
    });
  }
  return parts;
}

/**
 * Opens a regular file inside `folder` for reading, also through links that stay inside.
 * The caller closes the handle.
 * @throws SlipwayError `path.refused` when the path or a link leads out, `artifact.notFound`
 */
export async function openContained(folder: string, path: string): Promise<FileHandle> {
  const parts = containedParts(path);
  try {
    const real = await realpath(join(folder, ...parts));
    await refuseOutside(folder, real, path);
    // O_NONBLOCK: opening a named pipe would wait for a writer. O_NOFOLLOW: what is checked is what is opened.
    const handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const opened = await handle.stat();
      const checked = await lstat(await realpath(real));
      if (!opened.isFile() || opened.ino !== checked.ino || opened.dev !== checked.dev) throw notAFile(path);
      await refuseOutside(folder, await realpath(real), path);
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    if (isMissing(error) || errorCode(error) === 'ELOOP' || errorCode(error) === 'ENXIO') throw notAFile(path, error);
    throw error;
  }
}

async function refuseOutside(folder: string, real: string, path: string): Promise<void> {
  if (real.startsWith((await realpath(folder)) + sep)) return;
  throw new SlipwayError('path.refused', `The path ${JSON.stringify(path)} leads out of the run's folder.`, {
    action: 'Open the file where it is; Slipway hands out files of the run only.',
  });
}

function notAFile(path: string, cause?: unknown): SlipwayError {
  return new SlipwayError('artifact.notFound', `The run has no file ${JSON.stringify(path)}.`, {
    action: 'List the artifacts to see what it left.',
    cause,
  });
}

/**
 * Reads a range of an open file in pieces of 64 KiB and closes it.
 * @param range bytes [start, end)
 */
export async function* readRange(
  handle: FileHandle,
  range: { readonly start: number; readonly end: number },
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    let at = range.start;
    while (at < range.end) {
      signal.throwIfAborted();
      const buffer = Buffer.allocUnsafe(Math.min(65_536, range.end - at));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      at += bytesRead;
    }
  } finally {
    await handle.close();
  }
}
