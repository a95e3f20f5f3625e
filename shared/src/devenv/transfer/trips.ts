import { lstat, mkdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { posix } from 'node:path';
import { SlipwayError } from '../../protocol/index.ts';
import { failureText, systemCode } from './failures.ts';
import { namesProblem, type NameRules } from './names.ts';
import type { RemoteEnd, RemoteRoot } from './remoteEnd.ts';

/** One source and where it goes: two roots with the same paths below them. */
export interface Trip {
  /** Absolute. */
  readonly local: string;
  readonly remote: RemoteRoot;
  /** The one file that was named; undefined: all that is in the root. */
  readonly only: readonly string[] | undefined;
}

/**
 * Where an upload leads: a folder to one of its name in the destination, a file into the destination; with `sync` a folder to the destination
 * itself.
 */
export async function uploadTrip(end: RemoteEnd, source: string, destination: string, sync: boolean): Promise<Trip> {
  const stats = await stat(source).catch((error: unknown) => {
    throw notThere(source, error);
  });
  if (stats.isDirectory()) {
    const name = basename(source);
    const path = sync || name === '' ? destination : posix.join(destination, name);
    return { local: source, remote: await remoteFolder(end, path), only: undefined };
  }
  if (sync) throw noFolder(source);
  if (!stats.isFile()) throw notThere(source, undefined);
  const file = await realpath(source);
  return { local: dirname(file), remote: await remoteFolder(end, destination), only: [basename(file)] };
}

/** Where a download leads; see `uploadTrip`. */
export async function downloadTrip(
  end: RemoteEnd,
  source: string,
  destination: string,
  options: { readonly sync: boolean; readonly names: NameRules },
): Promise<Trip> {
  const remote = await end.openRoot(source, false);
  if (remote === undefined)
    throw new SlipwayError('transfer.failed', `There is no ${source} in the DevEnv.`, {
      action: 'Check the path; it is relative to /workspace.',
    });
  if (remote.name !== undefined) {
    if (options.sync) throw noFolder(source);
    return { local: await localFolder(destination), remote, only: [remote.name] };
  }
  const name = posix.basename(remote.path);
  if (options.sync || name === '') return { local: await localFolder(destination), remote, only: undefined };
  const problem = namesProblem(name, options.names);
  if (problem !== undefined || name.includes('/')) {
    throw new SlipwayError(
      'transfer.failed',
      `${source} cannot be copied to this machine: ${problem ?? 'its name could lead elsewhere'}.`,
    );
  }
  await localFolder(destination);
  return { local: await localFolder(join(destination, name), true), remote, only: undefined };
}

async function remoteFolder(end: RemoteEnd, path: string): Promise<RemoteRoot> {
  const root = await end.openRoot(path, true);
  if (root !== undefined && root.name === undefined) return root;
  throw new SlipwayError('transfer.failed', `${path} in the DevEnv is no folder.`, {
    action: 'Name another destination.',
  });
}

/** @param named by the other end, not by the person: a link in its place is not followed */
async function localFolder(path: string, named = false): Promise<string> {
  try {
    await mkdir(path, { recursive: true });
    if (!named || (await lstat(path)).isDirectory()) return path;
  } catch (error) {
    const code = systemCode(error);
    const isDenied = code === 'EACCES' || code === 'EPERM' || code === 'EROFS';
    throw new SlipwayError(
      isDenied ? 'disk.denied' : 'transfer.failed',
      `The folder ${path} cannot be used: ${failureText(error)}.`,
      {
        action: 'Name another destination.',
        cause: error,
      },
    );
  }
  throw new SlipwayError('transfer.failed', `${path} is a link, and links are not followed.`, {
    action: 'Name the folder that it leads to as the destination, or remove the link.',
  });
}

function notThere(path: string, error: unknown): SlipwayError {
  const why = error === undefined ? 'it is no file and no folder' : failureText(error);
  return new SlipwayError('transfer.failed', `${path} cannot be read: ${why}.`, {
    action: 'Check the path.',
    cause: error,
  });
}

function noFolder(path: string): SlipwayError {
  return new SlipwayError('usage', `${path} is no folder, and only folders can be made alike.`, {
    action: 'Use slipway cp for a file.',
  });
}
