import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SlipwayError } from '../../protocol/index.ts';

/** The system's name of a failure (`ENOENT`), if it has one. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

export function isMissing(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** Runs something that writes into the data folder and names its failures. @throws SlipwayError `disk.full`, `disk.denied` */
export async function onDisk<Result>(dataDir: string, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    throw diskError(dataDir, error);
  }
}

function diskError(dataDir: string, error: unknown): unknown {
  if (error instanceof SlipwayError) return error;
  switch (errorCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new SlipwayError('disk.full', `The disk that holds ${dataDir} is full.`, {
        action: 'Free some space, for example by deleting old runs, and submit again.',
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new SlipwayError('disk.denied', `Slipway may not write to its data folder ${dataDir}.`, {
        action: 'Make the folder writable for you, or set XDG_DATA_HOME to one that is.',
        cause: error,
      });
    default:
      return error;
  }
}

/**
 * Makes a folder, private, and those above it that are missing. One by one, because Node's recursive mkdir says ENOENT
 * where the truth is that the file system is read-only.
 */
export async function makeFolders(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) === 'EEXIST' && (await stat(path)).isDirectory()) return;
    if (errorCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolders(dirname(path));
    await makeFolders(path);
  }
}

/** @throws SlipwayError `cancelled` */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new SlipwayError('cancelled', 'The operation was cancelled.', { cause: signal.reason });
}
