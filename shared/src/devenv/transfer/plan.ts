import { namesProblem, type NameRules } from './names.ts';
import { linkLeadsOut } from './links.ts';
import { sameTime, type Skipped, type Tree, type TreeEntry } from './tree.ts';

export interface PlanOptions {
  /** Delete what is not at the source. */
  readonly delete: boolean;
  /** Names that the destination cannot have. */
  readonly names: NameRules;
  /** Why a path is left alone at both ends: ignore rules. */
  readonly ignored: (path: string, kind: TreeEntry['kind']) => string | undefined;
  /** What is there came from something of another name: that it has the same size and time says nothing. */
  readonly renamed?: boolean;
  /** How exactly both ends know times, ms; 1 by default. */
  readonly timesMs?: number;
}

/** What makes the destination like the source. */
export interface Plan {
  /** Outer ones first. */
  readonly folders: readonly TreeEntry[];
  readonly files: readonly TreeEntry[];
  /** Same size and another time: sent where their checksums differ. */
  readonly doubtful: readonly TreeEntry[];
  /** After all files: nothing is ever written through them. */
  readonly links: readonly TreeEntry[];
  /** Same content, other permissions. */
  readonly modes: readonly TreeEntry[];
  /** Inner ones first. */
  readonly deletions: readonly string[];
  readonly unchangedFiles: number;
  readonly skipped: readonly Skipped[];
}

/** Compares both ends. Pure. */
export function planTransfer(source: Tree, destination: Tree, options: PlanOptions): Plan {
  const there = new Map(destination.entries.map((entry) => [entry.path, entry]));
  const planner = new Planner(there, options);
  for (const entry of [...source.entries].sort(byPath)) planner.take(entry);
  const skipped = [...source.skipped, ...planner.skipped];
  const deletions = options.delete ? deletionsOf(source, destination, options) : [];
  return { ...planner.plan(), deletions, skipped };
}

class Planner {
  readonly #there: ReadonlyMap<string, TreeEntry>;
  readonly #options: PlanOptions;
  readonly #folders: TreeEntry[] = [];
  readonly #files: TreeEntry[] = [];
  readonly #doubtful: TreeEntry[] = [];
  readonly #links: TreeEntry[] = [];
  readonly #modes: TreeEntry[] = [];
  /** Folders that files may be put into. */
  readonly #open = new Set(['']);
  /** Names as the destination tells them apart, by what came first. */
  readonly #taken = new Map<string, string>();
  #unchanged = 0;
  readonly skipped: Skipped[] = [];

  constructor(there: ReadonlyMap<string, TreeEntry>, options: PlanOptions) {
    this.#there = there;
    this.#options = options;
  }

  take(entry: TreeEntry): void {
    const { path } = entry;
    const cut = path.lastIndexOf('/');
    // Of what lies in something that is skipped the outermost is told.
    if (!this.#open.has(cut < 0 ? '' : path.slice(0, cut))) return;
    const ignored = this.#options.ignored(path, entry.kind);
    // What rules leave alone is no news: there may be very many.
    if (ignored !== undefined) return;
    const reason = this.#reason(entry);
    if (reason !== undefined) {
      this.skipped.push({ path, reason });
      return;
    }
    const found = this.#there.get(path);
    if (entry.kind === 'folder') this.#takeFolder(entry, found);
    else if (entry.kind === 'link') this.#takeLink(entry, found);
    else this.#takeFile(entry, found);
  }

  plan(): Omit<Plan, 'deletions' | 'skipped'> {
    return {
      folders: this.#folders,
      files: this.#files,
      doubtful: this.#doubtful,
      links: this.#links,
      modes: this.#modes,
      unchangedFiles: this.#unchanged,
    };
  }

  #reason(entry: TreeEntry): string | undefined {
    const { path, kind } = entry;
    const problem = namesProblem(path, this.#options.names);
    if (problem !== undefined) return problem;
    if (kind === 'other') return 'it is a device, a socket or a pipe';
    if (kind === 'link' && linkLeadsOut(path, entry.target ?? '')) return 'it is a link that leads out';
    const key = this.#options.names.key(path);
    const first = this.#taken.get(key);
    if (first !== undefined) return `its name is the same as that of ${first} there`;
    this.#taken.set(key, path);
    return undefined;
  }

  #takeFolder(entry: TreeEntry, found: TreeEntry | undefined): void {
    if (found !== undefined && found.kind !== 'folder') {
      this.skipped.push({ path: entry.path, reason: `${inWords[found.kind]} is in its place` });
      return;
    }
    this.#open.add(entry.path);
    if (found === undefined) this.#folders.push(entry);
  }

  #takeLink(entry: TreeEntry, found: TreeEntry | undefined): void {
    if (found?.kind === 'link' && found.target === entry.target) this.#unchanged += 1;
    else if (found?.kind === 'folder') this.skipped.push({ path: entry.path, reason: 'a folder is in its place' });
    else this.#links.push(entry);
  }

  #takeFile(entry: TreeEntry, found: TreeEntry | undefined): void {
    if (found?.kind === 'folder') this.skipped.push({ path: entry.path, reason: 'a folder is in its place' });
    else if (found?.kind !== 'file' || found.bytes !== entry.bytes) this.#files.push(entry);
    else if (this.#isDoubtful(entry, found)) this.#doubtful.push(entry);
    else {
      this.#unchanged += 1;
      if (found.mode !== entry.mode) this.#modes.push(entry);
    }
  }

  #isDoubtful(entry: TreeEntry, found: TreeEntry): boolean {
    const { renamed, timesMs } = this.#options;
    return renamed === true || !sameTime(found.mtimeMs, entry.mtimeMs, timesMs);
  }
}

const inWords = { file: 'a file', folder: 'a folder', link: 'a link', other: 'a device or a pipe' } as const;

/** What is only at the destination: never what rules leave alone, nor a folder with such things in it. */
function deletionsOf(source: Tree, destination: Tree, { ignored }: PlanOptions): string[] {
  const kept = new Set(source.entries.map(({ path }) => path));
  // What could not be looked at is no reason to delete it at the other end.
  const unseen = new Set(source.skipped.map(({ path }) => path));
  const deletions: string[] = [];
  const protectedFolders = new Set<string>();
  for (const { path, kind } of [...destination.entries].sort(byPath).reverse()) {
    const isKept = kept.has(path) || protectedFolders.has(path) || stays(path, kind, ignored);
    if (isKept || pathsAbove(path).some((above) => unseen.has(above))) {
      for (const above of pathsAbove(path)) protectedFolders.add(above);
    } else deletions.push(path);
  }
  return deletions;
}

function byPath(a: TreeEntry, b: TreeEntry): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

/** Whether rules leave it alone, or a folder that it lies in. */
function stays(path: string, kind: TreeEntry['kind'], ignored: PlanOptions['ignored']): boolean {
  return (
    ignored(path, kind) !== undefined ||
    pathsAbove(path)
      .slice(1)
      .some((above) => ignored(above, 'folder') !== undefined)
  );
}

/** The path itself, and the folders that it lies in. */
function pathsAbove(path: string): string[] {
  const above = [path];
  for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1)) above.push(path.slice(0, cut));
  return above;
}
