import { ignoreFileName, TreeRules } from '../../jobs/index.ts';
import { join } from 'node:path';
import { unreadable } from './failures.ts';
import { readWhole } from './localSource.ts';
import type { Tree, TreeEntry } from './tree.ts';
import type { Trip } from './trips.ts';

/** As much as a list of patterns may have; more is no such list. */
const mostBytes = 262_144;

/** What stays of the source's tree, by the rules for what travels with a run and the ignore files in it. */
export async function treeRules(source: Tree, { local, remote }: Trip, isUpload: boolean): Promise<TreeRules> {
  const texts = new Map<string, string>();
  for (const entry of source.entries) {
    const isList = entry.path === ignoreFileName || entry.path.endsWith(`/${ignoreFileName}`);
    if (!isList || entry.kind !== 'file' || entry.bytes > mostBytes) continue;
    const pieces: Buffer[] = [];
    if (isUpload) pieces.push(readList(join(local, entry.path), entry));
    else await remote.get({ ...entry, offset: 0, sha256: '' }, (piece) => void pieces.push(piece));
    const folder = entry.path.slice(0, -ignoreFileName.length - 1);
    texts.set(folder, Buffer.concat(pieces).toString('utf8'));
  }
  const paths = function* (): Generator<string> {
    for (const { path } of source.entries) yield path;
  };
  return new TreeRules(paths(), texts);
}

/** What is to stay is not known without it. */
function readList(path: string, entry: TreeEntry): Buffer {
  try {
    return readWhole(path, entry) ?? Buffer.alloc(0);
  } catch (error) {
    throw unreadable(path, error);
  }
}
