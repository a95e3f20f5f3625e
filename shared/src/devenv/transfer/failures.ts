import { formatBytes, SlipwayError } from '../../protocol/index.ts';
import type { RemoteRefusal, Space } from './remoteEnd.ts';

/** The code of a failed system call, such as `ENOSPC`. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

/** A failed system call in words, without the path, which is told beside it. */
export function failureText(error: unknown): string {
  switch (systemCode(error)) {
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'EROFS':
      return 'the file system is read-only';
    case 'ENAMETOOLONG':
      return 'its name is too long';
    case 'ENOENT':
      return 'it is not there any more';
    case 'ELOOP':
    case 'ENOTDIR':
      return 'a link or a file is in the place of a folder';
    case 'EISDIR':
    case 'ENOTEMPTY':
    case 'EEXIST':
      return 'something else is in its place';
    default:
      return error instanceof Error ? error.message.slice(0, 300) : 'it failed';
  }
}

export function isDenied(error: unknown): boolean {
  return ['EACCES', 'EPERM', 'EROFS'].includes(systemCode(error) ?? '');
}

/** Something of this machine that nothing can be done without. @param error undefined: it is of a kind that cannot be copied */
export function unreadable(path: string, error: unknown): SlipwayError {
  const why = error === undefined ? 'it is no file and no folder' : failureText(error);
  return new SlipwayError(isDenied(error) ? 'disk.denied' : 'transfer.failed', `${path} cannot be read: ${why}.`, {
    action: isDenied(error) ? 'Let this user read it.' : 'Check the path.',
    cause: error,
  });
}

export function diskFull(where: string, space: Space | undefined, needed: number | undefined): SlipwayError {
  const free = space === undefined ? '' : `: ${formatBytes(space.free)} of ${formatBytes(space.total)} are free`;
  const wanted = needed === undefined ? '' : `${free === '' ? ':' : ','} ${formatBytes(needed)} are to come`;
  return new SlipwayError('disk.full', `There is no room left in ${where}${free}${wanted}.`, {
    action: 'Delete what is not needed there, or make it larger, and copy again: what is there is not copied again.',
  });
}

/** Why one file was not taken at the other end, where the others can be. */
export function refusalText(refusal: RemoteRefusal): string {
  switch (refusal.reason) {
    case 'denied':
      return 'permission denied there';
    case 'folder':
      return 'a folder is in its place there';
    case 'link':
      return 'a link or a file is in the place of a folder there';
    case 'missing':
      return 'it is not there any more';
    case 'busy':
      return 'another transfer writes to it';
    case 'changed':
      return 'it changed while it was copied';
    case 'checksum':
      return 'what came was not what was sent';
    case 'part':
    case 'path':
    case 'many':
    case 'space':
    case 'other':
      return refusal.message.slice(0, 300);
  }
}
