import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalDestination } from './localDestination.ts';
import { RemoteRefusal, type RemoteRoot } from './remoteEnd.ts';
import { partPrefix, type Skipped, type TreeEntry } from './tree.ts';

/** A folder of which one file is told under the name that it has at the other end of the transfer. */
export function renamedRoot(root: RemoteRoot, here: string, there: string): RemoteRoot {
  if (here === there) return root;
  const into = (path: string): string => (path === here ? there : path);
  const back = <Told extends TreeEntry | Skipped>(told: Told): Told =>
    told.path === there ? { ...told, path: here } : told;
  return {
    path: root.path,
    name: root.name,
    timesMs: root.timesMs,
    list: async (options) => {
      const tree = await root.list({ ...options, only: options.only?.map(into) });
      return { ...tree, entries: tree.entries.map(back), skipped: tree.skipped.map(back) };
    },
    makeFolder: (path, mode) => root.makeFolder(into(path), mode),
    makeLink: (path, target) => root.makeLink(into(path), target),
    remove: (path) => root.remove(into(path)),
    setTimes: (path, facts) => root.setTimes(into(path), facts),
    hash: (path, bytes) => root.hash(into(path), bytes),
    part: (path, bytes) => root.part(into(path), bytes),
    put: (file) => root.put({ ...file, path: into(file.path) }),
    get: (file, take) => root.get({ ...file, path: into(file.path) }, take),
    space: () => root.space(),
  };
}

/**
 * Says beside a folder that it is being made as the copy of a source: a copy that was cut goes on with it, where it would go into a folder
 * that was there before. It is a part, so that no listing shows it and nobody has to remove it.
 */
export interface Marker {
  isThere(): Promise<boolean> | boolean;
  put(): Promise<void> | void;
  remove(): Promise<unknown>;
}

export function remoteMarker(parent: RemoteRoot, names: MarkedNames): Marker {
  const path = markerName(names);
  return {
    isThere: () =>
      parent.hash(path).then(
        () => true,
        (error: unknown) => {
          if (error instanceof RemoteRefusal) return false;
          throw error;
        },
      ),
    put: async () => {
      const put = await parent.put({ path, bytes: 0, mode: 0o600, mtimeMs: names.now, offset: 0, resumable: false });
      await put.finish(createHash('sha256').digest());
      await put.stored;
    },
    remove: () => parent.remove(path),
  };
}

export function localMarker(parent: LocalDestination, names: MarkedNames): Marker {
  const path = markerName(names);
  return {
    isThere: () => lstatSync(join(parent.path, path), { throwIfNoEntry: false }) !== undefined,
    put: () => parent.writeWhole(path, Buffer.alloc(0), { mode: 0o600, mtimeMs: names.now }),
    remove: () => Promise.resolve(parent.remove(path)),
  };
}

interface MarkedNames {
  /** The source's. */
  readonly source: string;
  /** The new one. */
  readonly name: string;
  /** Epoch ms: old parts are removed. */
  readonly now: number;
}

function markerName({ source, name }: MarkedNames): string {
  const both = createHash('sha256').update(JSON.stringify([source, name]));
  return `${partPrefix}as-${both.digest('hex').slice(0, 24)}`;
}
