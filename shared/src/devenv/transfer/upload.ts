import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { diskFull, failureText, refusalText, systemCode } from './failures.ts';
import type { Ledger } from './ledger.ts';
import { entryOfStats } from './localTree.ts';
import { BigSource, hashLocal, readWhole } from './localSource.ts';
import type { Plan } from './plan.ts';
import { RemoteRefusal, type RemoteRoot } from './remoteEnd.ts';
import { resumeAt } from './resume.ts';
import { Slices } from './slices.ts';
import { wholeBytes, type TreeEntry } from './tree.ts';

export interface UploadJob {
  /** Absolute. */
  readonly local: string;
  readonly remote: RemoteRoot;
  readonly plan: Plan;
  /** The tree's number in the ledger. */
  readonly tree: number;
  readonly ledger: Ledger;
}

const hashesAtOnce = 32;
/** Small ones, each without anything to wait for: the more, the less a slow network costs. */
const requestsAtOnce = 1_000;

/** Carries out a plan from here to there. Fails when the connection does, or when there is no room: all else is one file's matter. */
export class Upload {
  readonly #job: UploadJob;
  readonly #signal: AbortSignal;
  readonly #slices = new Slices();
  readonly #pending = new Set<Promise<void>>();
  #changed: TreeEntry[] = [];
  /** Folders that could not be made there, and why: so it is told for what was to go into them. */
  readonly #refused = new Map<string, string>();
  #failure: unknown;

  constructor(job: UploadJob, signal: AbortSignal) {
    this.#job = job;
    this.#signal = signal;
  }

  async run(): Promise<void> {
    const { plan, remote } = this.#job;
    await this.#makeFolders(plan.folders);
    const files = [...plan.files, ...(await this.#different(plan.doubtful))];
    await this.#sendAll(files);
    const changed = this.#changed;
    this.#changed = [];
    await this.#sendAll(changed.map((entry) => this.#lookAgain(entry)).filter((entry) => entry !== undefined));
    for (const { path } of this.#changed) this.#skip(path, 'it changed while it was copied, twice');
    await this.#each(plan.modes, (entry) => remote.setTimes(entry.path, entry));
    await this.#each(plan.links, (entry) => remote.makeLink(entry.path, entry.target ?? ''));
    for (const level of levelsOf(plan.deletions.map((path) => ({ path }))).reverse()) {
      await this.#each(level, async ({ path }) => {
        if (await remote.remove(path)) this.#job.ledger.deleted();
      });
    }
  }

  /** Level by level, as other ends do not do things in the order in which they are asked. */
  async #makeFolders(folders: readonly TreeEntry[]): Promise<void> {
    for (const level of levelsOf(folders)) {
      await this.#each(level, async ({ path, mode }) => {
        try {
          await this.#job.remote.makeFolder(path, mode);
        } catch (error) {
          if (error instanceof RemoteRefusal) this.#refused.set(path, this.#whyNot(path, error));
          throw error;
        }
      });
    }
  }

  /** Those whose content is another; the others get their time. */
  async #different(doubtful: readonly TreeEntry[]): Promise<TreeEntry[]> {
    const { remote, local, ledger } = this.#job;
    const different: TreeEntry[] = [];
    ledger.expect(doubtful);
    await this.#each(
      doubtful,
      async (entry) => {
        const [there, here] = await Promise.all([
          remote.hash(entry.path),
          hashLocal(join(local, entry.path), entry, this.#signal),
        ]);
        if (there !== here) different.push(entry);
        else {
          await remote.setTimes(entry.path, entry);
          ledger.same(entry);
        }
      },
      hashesAtOnce,
    );
    return different;
  }

  async #sendAll(files: readonly TreeEntry[]): Promise<void> {
    for (const entry of files) {
      await this.#slices.turn(this.#signal);
      this.#signal.throwIfAborted();
      this.#throwFailure();
      this.#job.ledger.path = entry.path;
      await this.#try(entry.path, () => (entry.bytes <= wholeBytes ? this.#sendWhole(entry) : this.#sendBig(entry)));
    }
    await Promise.all(this.#pending);
    this.#throwFailure();
  }

  async #sendWhole(entry: TreeEntry): Promise<void> {
    const { local, remote, ledger, tree } = this.#job;
    const data = readWhole(join(local, entry.path), entry);
    if (data === undefined) {
      this.#changed.push(entry);
      return;
    }
    const put = await remote.put({ ...entry, offset: 0, resumable: false });
    this.#await(entry, put.stored);
    await put.write(data);
    ledger.bytes += data.length;
    ledger.sent(tree, entry);
    await put.finish(createHash('sha256').update(data).digest());
  }

  async #sendBig(entry: TreeEntry): Promise<void> {
    const { local, remote, ledger, tree } = this.#job;
    const part = await remote.part(entry.path, entry.bytes);
    let source = await BigSource.open(join(local, entry.path), entry);
    if (source === undefined) {
      this.#changed.push(entry);
      return;
    }
    try {
      const offset = resumeAt(
        part,
        entry.bytes,
        part.bytes > 0 ? await source.hashTo(part.bytes, this.#signal) : undefined,
      );
      if (offset !== part.bytes) source = source.rewound();
      ledger.bytes += offset;
      const put = await remote.put({ ...entry, offset, resumable: true });
      try {
        for await (const piece of source.pieces(entry.bytes)) {
          this.#signal.throwIfAborted();
          await put.write(piece);
          ledger.bytes += piece.length;
        }
      } catch (error) {
        // What comes next would be taken for the rest of it.
        if (systemCode(error) !== undefined) await put.abandon();
        throw error;
      }
      const sha256 = await source.end();
      if (sha256 === undefined) {
        await put.abandon();
        this.#await(entry, put.stored);
        return;
      }
      ledger.sent(tree, entry);
      this.#await(entry, put.stored);
      await put.finish(sha256);
    } finally {
      await source.close();
    }
  }

  /** Goes on while the other end confirms. */
  #await(entry: TreeEntry, stored: Promise<void>): void {
    const { ledger, tree } = this.#job;
    const settled = stored
      .then(() => ledger.stored(tree, entry))
      .catch((error: unknown) => this.#judge(entry.path, error, entry))
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => this.#pending.delete(settled));
    this.#pending.add(settled);
  }

  #throwFailure(): void {
    if (this.#failure !== undefined)
      throw this.#failure instanceof Error ? this.#failure : new Error('The upload failed.');
  }

  async #each<One extends { readonly path: string }>(
    entries: readonly One[],
    work: (entry: One) => Promise<void>,
    atOnce = requestsAtOnce,
  ): Promise<void> {
    for (let at = 0; at < entries.length; at += atOnce) {
      this.#signal.throwIfAborted();
      await Promise.all(entries.slice(at, at + atOnce).map((entry) => this.#try(entry.path, () => work(entry))));
    }
  }

  async #try(path: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      await this.#judge(path, error, undefined);
    }
  }

  /** Decides whether a failure is one file's matter. @throws those that are not */
  async #judge(path: string, error: unknown, entry: TreeEntry | undefined): Promise<void> {
    if (error instanceof RemoteRefusal) {
      const { remote, plan } = this.#job;
      if (error.reason === 'space') {
        const needed = plan.files.reduce((total, { bytes }) => total + bytes, 0);
        throw diskFull(remote.path, error.space ?? (await remote.space().catch(() => undefined)), needed);
      }
      if (entry !== undefined && (error.reason === 'changed' || error.reason === 'checksum')) this.#changed.push(entry);
      else this.#skip(path, this.#whyNot(path, error));
      return;
    }
    if (systemCode(error) === undefined) throw error;
    this.#skip(path, failureText(error));
  }

  #whyNot(path: string, error: RemoteRefusal): string {
    const above = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    return (error.reason === 'missing' ? this.#refused.get(above) : undefined) ?? refusalText(error);
  }

  #skip(path: string, reason: string): void {
    this.#job.ledger.skip([{ path, reason }]);
  }

  /** A file that changed, as it is now. */
  #lookAgain(entry: TreeEntry): TreeEntry | undefined {
    try {
      const now = entryOfStats(entry.path, lstatSync(join(this.#job.local, entry.path)));
      this.#job.ledger.again(now);
      if (now.kind === 'file') return now;
      this.#skip(entry.path, 'it is no file any more');
    } catch (error) {
      this.#skip(entry.path, failureText(error));
    }
    return undefined;
  }
}

/** By how deep they lie, outer ones first. */
function levelsOf<One extends { readonly path: string }>(entries: readonly One[]): One[][] {
  const levels: One[][] = [];
  for (const entry of entries) (levels[entry.path.split('/').length] ??= []).push(entry);
  return Object.values(levels);
}
