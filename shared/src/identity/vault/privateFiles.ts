import { randomUUID } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SlipwayError } from '../../protocol/index.ts';

/** The longest file that is read, in bytes. */
const longest = 512 * 1024;

/**
 * Makes a folder that only this user can look into, or checks that the one that is there is such.
 * @throws SlipwayError `vault.refused`
 */
export async function ensurePrivateFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const found = await lstat(path);
    if (!found.isDirectory()) throw refused(`${path} is no folder.`, `Remove ${path}.`);
    checkOwner(found, path, '700');
  } catch (error) {
    throw asRefusal(error, path);
  }
}

/**
 * The text of a file that only this user can read; undefined where it is not there.
 * @throws SlipwayError `vault.refused`
 */
export async function readPrivateFile(path: string): Promise<string | undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, constants.O_RDONLY | ((constants.O_NOFOLLOW as number | undefined) ?? 0));
    const found = await handle.stat();
    if (!found.isFile() || found.size > longest) throw refused(`${path} is not what Slipway wrote.`, `Remove ${path}.`);
    checkOwner(found, path, '600');
    return await handle.readFile('utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw asRefusal(error, path);
  } finally {
    await handle?.close();
  }
}

/**
 * Puts a file in place whole, and onto the disk: readers see the old text or the new one, after a power cut too.
 * @throws SlipwayError `vault.refused`
 */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const partial = `${path}.${process.pid}.${randomUUID()}.partial`;
  try {
    const handle = await open(partial, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw asRefusal(error, path);
  }
}

/** Removes what processes left that were killed while they wrote a file. Nobody may be writing it. */
export async function removePartials(path: string): Promise<void> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (name.startsWith(`${basename(path)}.`) && name.endsWith('.partial'))
      await rm(join(folder, name), { force: true });
  }
}

function checkOwner(found: Stats, path: string, mode: string): void {
  // Windows has access lists in place of modes; what lies in a profile is its user's alone.
  if (process.platform === 'win32') return;
  if (found.uid !== process.getuid?.()) {
    throw refused(`${path} belongs to another user.`, `Remove ${path}, or let Slipway keep its data elsewhere.`);
  }
  if ((found.mode & 0o077) !== 0) {
    throw refused(
      `Other users of this machine can get at ${path}, which is for sign-ins.`,
      `Run "chmod ${mode} ${path}", then sign in again.`,
    );
  }
}

function refused(message: string, action: string, cause?: unknown): SlipwayError {
  return new SlipwayError('vault.refused', message, { action, cause });
}

function asRefusal(error: unknown, path: string): SlipwayError {
  if (SlipwayError.is(error)) return error;
  const code = codeOf(error);
  if (code === 'ELOOP') return refused(`${path} is a link, which Slipway did not make.`, `Remove ${path}.`);
  return refused(
    `The sign-in cannot be kept in ${path} (${code}).`,
    'Check the folder and the space on its disk.',
    error,
  );
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
