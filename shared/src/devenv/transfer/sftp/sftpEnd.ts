import { posix } from 'node:path';
import { devEnvWorkspace, SlipwayError } from '../../../protocol/index.ts';
import type { SshSession } from '../../session/sshSession.ts';
import { RemoteRefusal, type RemoteEnd, type RemoteRoot } from '../remoteEnd.ts';
import { Digests } from './digests.ts';
import { SftpCalls, type Facts } from './sftpCalls.ts';
import { inTheWay } from './sftpPart.ts';
import type { SftpPlace } from './sftpPut.ts';
import { SftpRoot } from './sftpRoot.ts';
import { Turns } from './turns.ts';

/** Files that are open at a time: each takes some round trips, and a server has only so many handles. */
const filesAtOnce = 64;

/**
 * The files at the other end by SFTP alone, for images without Python. Slower with many small files, and its times are whole seconds.
 * @param transfer the name of the transfer, over all its connections (`transferName`)
 * @throws SlipwayError of the session
 */
export async function openSftpEnd(
  session: SshSession,
  { transfer, clock }: Pick<SftpPlace, 'transfer' | 'clock'>,
  signal: AbortSignal,
): Promise<RemoteEnd> {
  const calls = new SftpCalls(await session.sftp(signal), session);
  const cancelled = new SlipwayError('cancelled', 'The transfer was cancelled.');
  const abort = (): void => calls.end(cancelled);
  signal.addEventListener('abort', abort, { once: true });
  const place: SftpPlace = {
    calls,
    digests: new Digests(session, calls, signal),
    turns: new Turns(filesAtOnce),
    transfer,
    clock,
    signal,
  };
  return {
    openRoot: (path, make) => openRoot(place, path, make),
    close: () => {
      signal.removeEventListener('abort', abort);
      calls.end(cancelled);
    },
  };
}

async function openRoot(place: SftpPlace, named: string, make: boolean): Promise<RemoteRoot | undefined> {
  const { calls } = place;
  const path = await absolute(calls, named);
  const found = (await followed(calls, path)) ?? (await missing(calls, path, make));
  if (found === undefined) return undefined;
  const real = await calls.realpath(path);
  if (found.kind === 'folder') return new SftpRoot(place, real, { path, name: undefined });
  // Who names a link to a file means the file.
  return new SftpRoot(place, posix.dirname(real), { path, name: posix.basename(real) });
}

async function absolute(calls: SftpCalls, named: string): Promise<string> {
  if (posix.isAbsolute(named)) return withoutEnd(posix.normalize(named));
  const isOfHome = named === '~' || named.startsWith('~/');
  const hasWorkspace = !isOfHome && (await followed(calls, devEnvWorkspace))?.kind === 'folder';
  // SFTP begins in the home folder.
  const base = hasWorkspace ? devEnvWorkspace : await calls.realpath('.');
  return withoutEnd(posix.join(base, isOfHome ? named.slice(1) : named));
}

function withoutEnd(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** What a path leads to. */
async function followed(calls: SftpCalls, path: string): Promise<Facts | undefined> {
  try {
    return await calls.stat(path);
  } catch (error) {
    if (error instanceof RemoteRefusal && error.reason === 'missing') return undefined;
    throw error;
  }
}

/** What to do about a folder that is not there. @throws RemoteRefusal `link` where no folder can be there: SFTP says only that nothing is */
async function missing(calls: SftpCalls, path: string, make: boolean): Promise<Facts | undefined> {
  const above = posix.dirname(path);
  const found = (await followed(calls, above)) ?? (await missing(calls, above, make));
  if (found !== undefined && found.kind !== 'folder') throw inTheWay();
  if (!make) return undefined;
  try {
    await calls.makeFolder(path, 0o777);
  } catch (error) {
    // Another one was faster.
    if ((await followed(calls, path))?.kind !== 'folder') throw error;
  }
  return calls.stat(path);
}
