import { randomUUID } from 'node:crypto';
import * as fsPromises from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** The operations on files that are used here, so that tests can let each of them fail. */
export type FileOperations = Pick<
  typeof fsPromises,
  | 'chmod'
  | 'chown'
  | 'copyFile'
  | 'lstat'
  | 'mkdir'
  | 'open'
  | 'readFile'
  | 'readlink'
  | 'realpath'
  | 'rename'
  | 'rm'
  | 'stat'
>;
export const diskFiles: FileOperations = fsPromises;

export interface ReplaceOptions {
  readonly mode: number;
  /** To give the new file to, where it is not ours. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
}

/**
 * Puts a file in place whole: in its own folder, onto the disk, then under its name. Whenever it is cut short, the old file or the new
 * one is there.
 */
export async function replaceFile(
  files: FileOperations,
  path: string,
  content: Uint8Array | string,
  { mode, owner }: ReplaceOptions,
): Promise<void> {
  const partial = join(dirname(path), `.${basename(path)}.${process.pid}.${randomUUID().slice(0, 8)}.slipway`);
  try {
    const handle = await files.open(partial, 'wx', mode);
    try {
      await handle.writeFile(content);
      // The umask may have taken bits away.
      await handle.chmod(mode);
      if (owner !== undefined) await handle.chown(owner.uid, owner.gid);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await renamePatiently(files, partial, path);
  } catch (error) {
    await files.rm(partial, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** On Windows a scanner may hold the file for a moment. */
async function renamePatiently(files: FileOperations, from: string, to: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await files.rename(from, to);
      return;
    } catch (error) {
      const code = codeOf(error);
      if (process.platform !== 'win32' || tries > 8 || !['EPERM', 'EACCES', 'EBUSY'].includes(code)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10 * 2 ** tries));
    }
  }
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
}
