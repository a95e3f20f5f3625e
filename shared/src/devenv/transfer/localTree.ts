import { lstatSync, readdirSync, readlinkSync, unlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { SlipwayError } from '../../protocol/index.ts';
import { failureText, unreadable } from './failures.ts';
import { Slices } from './slices.ts';
import { mostEntries, oldPartMs, partPrefix, type Skipped, type Tree, type TreeEntry } from './tree.ts';

export interface WalkOptions {
  /** Names at the top to look at; undefined: all. */
  readonly only: readonly string[] | undefined;
  /** Folders that are listed and not looked into. */
  readonly prune: (name: string) => boolean;
  /** Also old parts stay. */
  readonly keepsParts: boolean;
}

/**
 * Looks at everything below a folder; follows no link. Old parts are deleted on the way, as their owner does not come again.
 * @throws SlipwayError `files.refused` for more than a million entries
 */
export async function walkLocal(root: string, options: WalkOptions, now: number, signal: AbortSignal): Promise<Tree> {
  const entries: TreeEntry[] = [];
  const skipped: Skipped[] = [];
  let partBytes = 0;
  const slices = new Slices();
  const pending = [''];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    await slices.turn(signal);
    for (const raw of namesIn(root, folder, options.only, skipped)) {
      const name = raw.toString('utf8');
      const path = folder === '' ? name : `${folder}/${name}`;
      if (!Buffer.from(name).equals(raw)) {
        skipped.push({ path, reason: 'its name is not UTF-8' });
        continue;
      }
      await slices.turn(signal);
      const entry = look(root, path, skipped);
      if (entry === undefined) continue;
      if (name.startsWith(partPrefix) && entry.kind !== 'folder') {
        partBytes += options.keepsParts ? entry.bytes : leavePart(root, entry, now);
        continue;
      }
      entries.push(entry);
      if (entries.length > mostEntries) throw tooMany(root);
      if (entry.kind === 'folder' && !options.prune(name)) pending.push(path);
    }
  }
  return { entries, skipped, partBytes };
}

export function tooMany(root: string): SlipwayError {
  return new SlipwayError('files.refused', `${root} holds more than ${mostEntries} files and folders.`, {
    action: 'Copy its folders one by one, or pack it with tar first.',
  });
}

export function entryOfStats(path: string, stats: Stats): TreeEntry {
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : stats.isSymbolicLink() ? 'link' : 'other';
  return { path, kind, bytes: stats.size, mtimeMs: Math.round(stats.mtimeMs), mode: stats.mode & 0o777 };
}

function namesIn(root: string, folder: string, only: readonly string[] | undefined, skipped: Skipped[]): Buffer[] {
  if (folder === '' && only !== undefined) return only.map((name) => Buffer.from(name));
  try {
    return readdirSync(join(root, folder), { encoding: 'buffer' }).sort((a, b) => a.compare(b));
  } catch (error) {
    if (folder === '') throw unreadable(root, error);
    skipped.push({ path: folder, reason: failureText(error) });
    return [];
  }
}

function look(root: string, path: string, skipped: Skipped[]): TreeEntry | undefined {
  const full = join(root, path);
  try {
    const stats = lstatSync(full, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    const entry = entryOfStats(path, stats);
    return entry.kind === 'link' ? { ...entry, target: readlinkSync(full) } : entry;
  } catch (error) {
    skipped.push({ path, reason: failureText(error) });
    return undefined;
  }
}

/** @returns the bytes that stay */
function leavePart(root: string, entry: TreeEntry, now: number): number {
  if (now - entry.mtimeMs <= oldPartMs) return entry.bytes;
  try {
    unlinkSync(join(root, entry.path));
    return 0;
  } catch {
    // It is in nobody's way.
    return entry.bytes;
  }
}
