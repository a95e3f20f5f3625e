import { lstat, mkdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { posix } from 'node:path';
import { SlipwayError } from '../../protocol/index.ts';
import { failureText, isDenied, systemCode, unreadable } from './failures.ts';
import { InTheWay, LocalDestination } from './localDestination.ts';
import { namesProblem, type NameRules } from './names.ts';
import { localMarker, remoteMarker, renamedRoot, type Marker } from './naming.ts';
import { RemoteRefusal, type RemoteEnd, type RemoteRoot } from './remoteEnd.ts';

/** One source and where it goes: two roots with the same paths below them. */
export interface Trip {
  /** Absolute. */
  readonly local: string;
  readonly remote: RemoteRoot;
  /** The one file that was named; undefined: all that is in the root. */
  readonly only: readonly string[] | undefined;
  /** That file has different names at both ends. */
  readonly renamed: boolean;
  /** The destination is not there, and a dry run does not make it: its root is the next folder above it that is. */
  readonly isMissing: boolean;
  /** Of a folder that is made as the copy of the source; to be removed when all is done. */
  readonly marker?: Marker;
}

type There = Pick<Trip, 'remote' | 'isMissing' | 'marker'>;
type Here = Pick<Trip, 'local' | 'isMissing' | 'marker'>;

/** How the destination is to be read. */
export interface TripRules {
  /** The destination becomes like the source. */
  readonly sync: boolean;
  /** Where the destination is no folder, it is the source's new name. */
  readonly mayName: boolean;
  /** Nothing is made. */
  readonly dryRun: boolean;
  readonly now: number;
}

/**
 * Where an upload leads: a folder to one of its name in the destination, a file into the destination; with `sync` a folder to the destination
 * itself, with `mayName` to the destination's name where that is no folder.
 */
export async function uploadTrip(end: RemoteEnd, source: string, destination: string, rules: TripRules): Promise<Trip> {
  const stats = await stat(source).catch((error: unknown) => {
    throw unreadable(source, error);
  });
  const name = basename(source);
  const isName = rules.mayName && !destination.endsWith('/');
  if (stats.isDirectory()) {
    const made = isName ? await newFolderThere(end, destination, name, rules) : undefined;
    const path = rules.sync || name === '' ? destination : posix.join(destination, name);
    return { local: source, only: undefined, renamed: false, ...(made ?? (await remoteFolder(end, path, rules))) };
  }
  if (rules.sync) throw noFolder(source);
  if (!stats.isFile()) throw unreadable(source, undefined);
  const file = await realpath(source);
  const here = basename(file);
  const isNew = isName && !(await isFolderThere(end, destination));
  const { remote, isMissing } = await remoteFolder(end, isNew ? posix.dirname(destination) : destination, rules);
  const there = isNew ? posix.basename(destination) : name;
  const roots = { local: dirname(file), remote: renamedRoot(remote, here, there) };
  return { ...roots, isMissing, only: [here], renamed: here !== there };
}

/** Where a download leads; see `uploadTrip`. */
export async function downloadTrip(
  end: RemoteEnd,
  source: string,
  destination: string,
  rules: TripRules & { readonly names: NameRules },
): Promise<Trip> {
  const remote = await end.openRoot(source, false);
  if (remote === undefined)
    throw new SlipwayError('transfer.failed', `There is no ${source} in the DevEnv.`, {
      action: 'Check the path; it is relative to /workspace.',
    });
  const name = posix.basename(remote.path);
  const isName = rules.mayName && !destination.endsWith('/');
  if (remote.name !== undefined) {
    if (rules.sync) throw noFolder(source);
    const isNew = isName && !(await isFolderHere(destination));
    const here = isNew ? basename(destination) : name;
    const into = await localFolder(isNew ? dirname(destination) : destination, rules);
    const from = renamedRoot(remote, here, remote.name);
    return { ...into, remote: from, only: [here], renamed: here !== remote.name };
  }
  const whole = { remote, only: undefined, renamed: false };
  if (rules.sync || name === '') return { ...whole, ...(await localFolder(destination, rules)) };
  const made = isName ? await newFolderHere(destination, name, rules) : undefined;
  if (made !== undefined) return { ...whole, ...made };
  const problem = namesProblem(name, rules.names);
  if (problem !== undefined || name.includes('/')) {
    throw new SlipwayError(
      'transfer.failed',
      `${source} cannot be copied to this machine: ${problem ?? 'its name could lead elsewhere'}.`,
    );
  }
  await localFolder(destination, rules);
  return { ...whole, ...(await localFolder(join(destination, name), rules, true)) };
}

/** @throws SlipwayError `usage` where the one destination of several sources is no folder */
export async function checkForSeveral(end: RemoteEnd | undefined, destination: string): Promise<void> {
  if (destination.endsWith('/')) return;
  if (end === undefined ? await isFolderHere(destination) : await isFolderThere(end, destination)) return;
  throw new SlipwayError('usage', `${destination} is no folder, and several things cannot have one name.`, {
    action: 'End the destination with / to make a folder of it.',
  });
}

/** The folder that gets a new name as the copy of one; undefined where the destination is a folder to put it into. */
async function newFolderThere(
  end: RemoteEnd,
  destination: string,
  source: string,
  rules: TripRules,
): Promise<There | undefined> {
  const there = await end.openRoot(destination, false);
  if (there?.name !== undefined) throw noFolderThere(destination);
  const path = there?.path ?? posix.normalize(destination);
  const names = { source, name: posix.basename(path), now: rules.now };
  if (there !== undefined) {
    // Who may not look above it has not made it.
    const above = await end.openRoot(posix.dirname(path), false).catch((error: unknown) => {
      if (error instanceof RemoteRefusal) return undefined;
      throw error;
    });
    const marker = above === undefined ? undefined : remoteMarker(above, names);
    return marker !== undefined && (await marker.isThere()) ? { remote: there, isMissing: false, marker } : undefined;
  }
  const above = await remoteFolder(end, posix.dirname(path), rules);
  if (rules.dryRun) return { ...above, isMissing: true };
  const marker = remoteMarker(above.remote, names);
  await marker.put();
  return { ...(await remoteFolder(end, destination, rules)), marker };
}

/** See `newFolderThere`. */
async function newFolderHere(destination: string, source: string, rules: TripRules): Promise<Here | undefined> {
  const stats = await stat(destination).catch(() => undefined);
  const above = dirname(destination);
  const marker = localMarker(new LocalDestination(above), { source, name: basename(destination), now: rules.now });
  if (stats !== undefined) {
    if (!stats.isDirectory()) throw noFolderHere(destination);
    return (await marker.isThere()) ? { local: destination, isMissing: false, marker } : undefined;
  }
  if (rules.dryRun) return localFolder(destination, rules);
  await localFolder(above, rules);
  await marker.put();
  return { ...(await localFolder(destination, rules)), marker };
}

async function isFolderThere(end: RemoteEnd, path: string): Promise<boolean> {
  const root = await end.openRoot(path, false);
  return root !== undefined && root.name === undefined;
}

async function isFolderHere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

async function remoteFolder(end: RemoteEnd, path: string, { dryRun }: TripRules): Promise<There> {
  let remote = await end.openRoot(path, !dryRun);
  const isMissing = remote === undefined;
  for (let above = path; remote === undefined && dryRun && above !== posix.dirname(above);) {
    above = posix.dirname(above);
    remote = await end.openRoot(above, false);
  }
  if (remote !== undefined && remote.name === undefined) return { remote, isMissing };
  throw noFolderThere(path);
}

/** @param named by the other end, not by the person: a link in its place is not followed */
async function localFolder(path: string, { dryRun }: TripRules, named = false): Promise<Here> {
  try {
    if (!dryRun) await mkdir(path, { recursive: true });
    const local = await folderThatIs(path);
    if (!named || local !== path || (await lstat(path)).isDirectory()) return { local, isMissing: local !== path };
  } catch (error) {
    throw new SlipwayError(
      isDenied(error) ? 'disk.denied' : 'transfer.failed',
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

/** The path itself, or the next folder above it that is there. */
async function folderThatIs(path: string): Promise<string> {
  const stats = await stat(path).catch((error: unknown) => {
    if (systemCode(error) !== 'ENOENT' || path === dirname(path)) throw error;
    return undefined;
  });
  if (stats === undefined) return folderThatIs(dirname(path));
  if (!stats.isDirectory()) throw new InTheWay(`${path} is no folder`);
  return path;
}

function noFolder(path: string): SlipwayError {
  return new SlipwayError('usage', `${path} is no folder, and only folders can be made alike.`, {
    action: 'Use slipway cp for a file.',
  });
}

function noFolderThere(path: string): SlipwayError {
  return new SlipwayError('transfer.failed', `${path} in the DevEnv is no folder.`, {
    action: 'Name another destination.',
  });
}

function noFolderHere(path: string): SlipwayError {
  return new SlipwayError('transfer.failed', `${path} is no folder.`, { action: 'Name another destination.' });
}
