import { dirname, join, resolve } from 'node:path';
import { SlipwayError } from '../../protocol/index.ts';
import { codeOf, replaceFile, type FileOperations } from './replaceFile.ts';

/** How often another program may change the file under our hands. */
const tries = 5;
/** A config of more bytes is none. */
const largest = 64 * 1024 * 1024;

interface Found {
  /** The file itself, behind all links. */
  readonly path: string;
  /** Undefined where it is not there yet. */
  readonly file:
    { readonly bytes: Uint8Array; readonly mode: number; readonly uid: number; readonly gid: number } | undefined;
}

/**
 * Changes a person's ssh config: the new file replaces the old one whole, has its mode and its owner, and is where the old one was, behind a
 * link too. What was there is kept beside it. Our own lock has to be held: other programs are noticed, not waited for.
 * @param change gives the same object where nothing has to change
 * @returns whether something was changed
 * @throws SlipwayError `ssh.config`, after which the file is as it was
 */
export async function editUserConfig(
  files: FileOperations,
  path: string,
  change: (before: Uint8Array) => Uint8Array,
): Promise<'made' | 'changed' | 'same'> {
  try {
    for (let turn = 0; turn < tries; turn += 1) {
      const found = await find(files, path);
      const before = found.file?.bytes ?? new Uint8Array();
      const after = change(before);
      if (after === before) return 'same';
      checkWritable(path, found);
      const options = await backUp(files, found);
      if (await isOther(files, found)) continue;
      await replaceFile(files, found.path, after, options);
      return found.file === undefined ? 'made' : 'changed';
    }
  } catch (error) {
    if (SlipwayError.is(error)) throw error;
    throw unwritable(path, codeOf(error), error);
  }
  throw new SlipwayError('ssh.config', `${path} was left as it is: another program keeps changing it.`, {
    action: 'Try again when that program is done.',
  });
}

/** Removes a file that we had made and nobody has put anything into. */
export async function removeIfEmpty(files: FileOperations, path: string): Promise<void> {
  const found = await find(files, path);
  if (found.file?.bytes.length === 0) await files.rm(found.path, { force: true });
}

async function find(files: FileOperations, path: string): Promise<Found> {
  const target = await behindLinks(files, path);
  try {
    const handle = await files.open(target, 'r');
    try {
      const { mode, uid, gid, size } = await handle.stat();
      if (size > largest) throw unwritable(path, 'it is larger than 64 MB');
      return { path: target, file: { bytes: await handle.readFile(), mode: mode & 0o7777, uid, gid } };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { path: target, file: undefined };
    throw error;
  }
}

/** The file that a link leads to, also where that is not there yet. */
async function behindLinks(files: FileOperations, path: string): Promise<string> {
  try {
    return await files.realpath(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  const link = await files.readlink(path).catch(() => undefined);
  return link === undefined ? path : resolve(dirname(path), link);
}

/** A file that its owner may not write is so on purpose. */
function checkWritable(path: string, { file }: Found): void {
  if (file !== undefined && (file.mode & 0o200) === 0) throw unwritable(path, 'it is read-only');
}

async function backUp(
  files: FileOperations,
  { path, file }: Found,
): Promise<{ mode: number; owner?: { uid: number; gid: number } }> {
  if (file === undefined) {
    await files.mkdir(dirname(path), { recursive: true, mode: 0o700 });
    return { mode: 0o600 };
  }
  const { bytes, mode, uid, gid } = file;
  const isOurs = process.getuid === undefined || (uid === process.getuid() && gid === process.getgid?.());
  const options = { mode, ...(isOurs ? {} : { owner: { uid, gid } }) };
  await replaceFile(files, backupOf(path), bytes, { ...options, mode: mode & 0o600 });
  return options;
}

/** What was in a person's ssh config before it was last changed. */
export function backupOf(path: string): string {
  return `${path}.before-slipway`;
}

async function isOther(files: FileOperations, { path, file }: Found): Promise<boolean> {
  const now = await files.readFile(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (now === undefined || file === undefined) return now !== file;
  return !now.equals(file.bytes);
}

function unwritable(path: string, why: string, cause?: unknown): SlipwayError {
  const words: Record<string, string> = {
    EACCES: 'you may not write there',
    EPERM: 'you may not write there',
    EROFS: 'its disk is read-only',
    ENOSPC: 'the disk is full',
    EDQUOT: 'your disk quota is used up',
    EISDIR: 'it is a folder',
    ELOOP: 'its links lead round in a circle',
  };
  return new SlipwayError('ssh.config', `${path} was left as it is: ${words[why] ?? why}.`, {
    action: `Put this line at its top yourself, or make it writable and connect again; until then use the command with -F.`,
    cause,
  });
}

/** `~/.ssh/config` */
export function defaultUserConfig(home: string): string {
  return join(home, '.ssh', 'config');
}
