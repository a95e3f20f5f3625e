import { RemoteRefusal, type RemoteListing } from '../remoteEnd.ts';
import { refusalText } from '../failures.ts';
import { mostEntries, partPrefix, type Skipped, type Tree, type TreeEntry } from '../tree.ts';
import type { NamedFacts, SftpCalls } from './sftpCalls.ts';
import { isLeftOver } from './sftpPart.ts';
import type { SftpPlace } from './sftpPut.ts';

/** Folders that are read at a time: each takes some round trips. */
const foldersAtOnce = 16;
const linksAtOnce = 256;
const deepest = 200;

/** Looks at everything below a folder; follows no link. */
export async function listTree(place: SftpPlace, root: string, options: RemoteListing): Promise<Tree> {
  const listing = new Listing(place, root, options);
  let folders = [''];
  while (folders.length > 0) {
    const inner: string[] = [];
    for (let at = 0; at < folders.length; at += foldersAtOnce) {
      place.signal.throwIfAborted();
      const some = folders.slice(at, at + foldersAtOnce).map((folder) => listing.look(folder));
      inner.push(...(await Promise.all(some)).flat());
    }
    folders = inner;
  }
  return listing.tree();
}

class Listing {
  readonly #calls: SftpCalls;
  readonly #place: SftpPlace;
  readonly #root: string;
  readonly #options: RemoteListing;
  readonly #entries: TreeEntry[] = [];
  readonly #skipped: Skipped[] = [];
  #partBytes = 0;

  constructor(place: SftpPlace, root: string, options: RemoteListing) {
    this.#calls = place.calls;
    this.#place = place;
    this.#root = root;
    this.#options = options;
  }

  tree(): Tree {
    return { entries: this.#entries, skipped: this.#skipped, partBytes: this.#partBytes };
  }

  /** @returns the folders in it that are to be looked at */
  async look(folder: string): Promise<string[]> {
    const inner: string[] = [];
    const links: TreeEntry[] = [];
    for (const { name, facts } of await this.#namesIn(folder)) {
      const path = folder === '' ? name : `${folder}/${name}`;
      const problem = problemOf(name);
      if (problem !== undefined) this.#skipped.push({ path, reason: problem });
      else if (name.startsWith(partPrefix) && facts.kind === 'file') await this.#leavePart(name, { path, ...facts });
      else if (facts.kind === 'link') links.push({ path, ...facts });
      else {
        this.#entries.push({ path, ...facts });
        if (facts.kind === 'folder' && !this.#isPruned(name)) inner.push(path);
      }
      if (this.#entries.length > mostEntries) throw new RemoteRefusal('many', `more than ${mostEntries} entries`);
    }
    for (let at = 0; at < links.length; at += linksAtOnce) {
      await Promise.all(links.slice(at, at + linksAtOnce).map((link) => this.#addLink(link)));
    }
    return inner;
  }

  async #namesIn(folder: string): Promise<NamedFacts[]> {
    const { only } = this.#options;
    try {
      if (folder.split('/').length >= deepest) throw new RemoteRefusal('path', `more than ${deepest} folders deep`);
      if (folder !== '' || only === undefined) return await this.#calls.list(this.#full(folder));
      const found = only.map(async (name) => ({ name, facts: await this.#calls.look(this.#full(name)) }));
      return (await Promise.all(found)).flatMap(({ name, facts }) => (facts === undefined ? [] : [{ name, facts }]));
    } catch (error) {
      if (!(error instanceof RemoteRefusal) || folder === '') throw error;
      this.#skipped.push({ path: folder, reason: refusalText(error) });
      return [];
    }
  }

  async #addLink(link: TreeEntry): Promise<void> {
    try {
      this.#entries.push({ ...link, target: await this.#calls.readlink(this.#full(link.path)) });
    } catch (error) {
      if (!(error instanceof RemoteRefusal)) throw error;
      if (error.reason !== 'missing') this.#skipped.push({ path: link.path, reason: refusalText(error) });
    }
  }

  async #leavePart(name: string, { path, bytes, mtimeMs }: TreeEntry): Promise<void> {
    const { transfer, clock } = this.#place;
    const stays = this.#options.keepsParts || !isLeftOver(name, mtimeMs, transfer, clock.now());
    if (stays) this.#partBytes += bytes;
    // It is in nobody's way.
    else await this.#calls.removeFile(this.#full(path)).catch(() => undefined);
  }

  #isPruned(name: string): boolean {
    const { prune } = this.#options;
    return prune.includes(name) || (prune.length > 0 && name.startsWith('.'));
  }

  #full(path: string): string {
    return path === '' ? this.#root || '/' : `${this.#root}/${path}`;
  }
}

/** ssh2 reads names as UTF-8, and puts U+FFFD where they are not. */
function problemOf(name: string): string | undefined {
  if (name.includes('\ufffd')) return 'its name is not UTF-8';
  const couldLead = ['', '.', '..'].includes(name) || name.includes('/') || name.includes('\0');
  return couldLead ? 'its name could lead elsewhere' : undefined;
}
