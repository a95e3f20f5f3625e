import type { TransferOutcome } from '../../protocol/index.ts';
import type { Plan } from './plan.ts';
import type { Skipped, TreeEntry } from './tree.ts';

/** Of what is skipped so much is named; behind it only their number would be news. */
const mostNamed = 1_000;

/** What has been done so far, over all tries. */
export class Ledger {
  /** By tree and path: what has its final name. */
  readonly #stored = new Map<string, number>();
  /** What was sent whole and never confirmed; found to be there later, it counts. */
  readonly #sent = new Set<string>();
  readonly #skipped = new Map<string, string>();
  #planned: NonNullable<TransferOutcome['planned']> | undefined;
  #storedBytes = 0;
  #totalFiles = 0;
  #totalBytes = 0;
  #unchangedFiles = 0;
  #deletedFiles = 0;
  /** Bytes that are there or on their way. */
  bytes = 0;
  /** What is under way. */
  path: string | undefined;
  waiting: string | undefined;

  /** Begins a try: what is to be done has been found out anew. */
  begin(): void {
    this.#totalFiles = this.#stored.size;
    this.#totalBytes = this.#storedBytes;
    this.bytes = this.#storedBytes;
    this.#unchangedFiles = 0;
    this.#skipped.clear();
    this.#planned = undefined;
    this.waiting = undefined;
  }

  expect(files: readonly TreeEntry[]): void {
    this.#totalFiles += files.length;
    for (const { bytes } of files) this.#totalBytes += bytes;
  }

  /** Files that were there already. Those that earlier tries brought are no news. */
  unchanged(count: number, tree: number): void {
    const ours = [...this.#stored.keys()].filter((key) => key.startsWith(`${tree}:`)).length;
    this.#unchangedFiles += Math.max(0, count - ours);
  }

  confirmSent(tree: number, entry: TreeEntry): void {
    if (this.#sent.delete(key(tree, entry.path))) this.stored(tree, entry);
  }

  sent(tree: number, entry: TreeEntry): void {
    this.#sent.add(key(tree, entry.path));
  }

  stored(tree: number, entry: TreeEntry): void {
    const name = key(tree, entry.path);
    this.#sent.delete(name);
    if (this.#stored.has(name)) return;
    this.#stored.set(name, entry.bytes);
    this.#storedBytes += entry.bytes;
  }

  again(entry: TreeEntry): void {
    this.#totalBytes += entry.bytes;
  }

  /** A file whose content proved to be there. */
  same(entry: TreeEntry): void {
    this.#totalFiles -= 1;
    this.#totalBytes -= entry.bytes;
    this.#unchangedFiles += 1;
  }

  deleted(): void {
    this.#deletedFiles += 1;
  }

  /** What a dry run would do. */
  pretend(tree: number, plan: Pick<Plan, 'files' | 'doubtful' | 'deletions'>): void {
    this.#planned ??= [];
    const plans = this.#planned;
    const add = (path: string, action: 'copy' | 'delete'): void => {
      if (plans.length < mostNamed) plans.push({ path, action });
    };
    // What is worst to be wrong about comes first.
    for (const path of plan.deletions) {
      this.deleted();
      add(path, 'delete');
    }
    for (const entry of [...plan.files, ...plan.doubtful]) {
      this.stored(tree, entry);
      add(entry.path, 'copy');
    }
  }

  skip(skipped: readonly Skipped[]): void {
    for (const { path, reason } of skipped) this.#skipped.set(path, reason);
  }

  get counts(): { files: number; totalFiles: number; bytes: number; totalBytes: number } {
    const totalBytes = Math.max(this.#totalBytes, this.bytes);
    return { files: this.#stored.size, totalFiles: this.#totalFiles, bytes: this.bytes, totalBytes };
  }

  /** Grows whenever something was achieved. */
  get achieved(): number {
    return this.#stored.size + this.bytes;
  }

  outcome(durationMs: number): TransferOutcome {
    const skipped = [...this.#skipped].map(([path, reason]) => ({ path, reason }));
    const named = skipped.slice(0, mostNamed);
    const more = skipped.length - named.length;
    if (more > 0) named.push({ path: '…', reason: `${more} more` });
    return {
      files: this.#stored.size,
      bytes: this.#storedBytes,
      unchangedFiles: this.#unchangedFiles,
      deletedFiles: this.#deletedFiles,
      skipped: named,
      ...(this.#planned !== undefined && { planned: this.#planned }),
      durationMs,
    };
  }
}

function key(tree: number, path: string): string {
  return `${tree}:${path}`;
}
