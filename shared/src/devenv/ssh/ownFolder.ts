import { constants, type Stats } from 'node:fs';
import { SlipwayError } from '../../protocol/index.ts';
import { codeOf, replaceFile, type FileOperations } from './replaceFile.ts';

/**
 * Makes a folder that only this user can look into. One that others could look into is closed to them.
 * @throws SlipwayError `ssh.config` for a folder of somebody else's, and for what is no folder
 */
export async function ensureOwnFolder(
  files: FileOperations,
  path: string,
  tell: (note: string) => void,
): Promise<void> {
  try {
    await files.mkdir(path, { recursive: true, mode: 0o700 });
    const found = await files.lstat(path);
    if (!found.isDirectory()) throw refused(path, 'it is no folder');
    checkOwner(found, path);
    if (isOpen(found)) {
      await files.chmod(path, 0o700);
      tell(`Other users of this machine could look into ${path}: it was closed to them.`);
    }
  } catch (error) {
    throw asRefusal(error, path);
  }
}

/**
 * The text of a file of ours; undefined where it is not there. A private one that others could read is closed to them.
 * @throws SlipwayError `ssh.config` for a link, and for a file of somebody else's
 */
export async function readOwnFile(
  files: FileOperations,
  path: string,
  tell: (note: string) => void,
): Promise<string | undefined> {
  try {
    const handle = await files.open(path, constants.O_RDONLY | ((constants.O_NOFOLLOW as number | undefined) ?? 0));
    try {
      const found = await handle.stat();
      if (!found.isFile()) throw refused(path, 'it is no file');
      checkOwner(found, path);
      if (isOpen(found)) {
        await handle.chmod(0o600);
        tell(`Other users of this machine could read ${path}: it was closed to them.`);
      }
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw asRefusal(error, path);
  }
}

/** Puts a file of ours in place whole, for this user alone. @throws SlipwayError `ssh.config` */
export async function writeOwnFile(files: FileOperations, path: string, text: string, mode = 0o600): Promise<void> {
  await replaceFile(files, path, text, { mode }).catch((error: unknown) => {
    throw asRefusal(error, path);
  });
}

function checkOwner(found: Stats, path: string): void {
  // Windows has access lists in place of owners and modes.
  if (process.getuid === undefined || found.uid === process.getuid()) return;
  throw refused(path, 'it belongs to another user of this machine');
}

function isOpen({ mode }: Stats): boolean {
  return process.getuid !== undefined && (mode & 0o077) !== 0;
}

function refused(path: string, why: string, cause?: unknown): SlipwayError {
  return new SlipwayError('ssh.config', `Slipway cannot keep what it logs in with in ${path}: ${why}.`, {
    action: `Look at ${path} and move it away, or set XDG_DATA_HOME to another folder.`,
    cause,
  });
}

function asRefusal(error: unknown, path: string): SlipwayError {
  if (SlipwayError.is(error)) return error;
  const code = codeOf(error);
  return refused(path, code === 'ELOOP' ? 'it is a link, which Slipway did not make' : code, error);
}
