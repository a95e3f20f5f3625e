import { createHash, type Hash } from 'node:crypto';
import { join } from 'node:path';
import { diskFull, failureText, refusalText, systemCode } from './failures.ts';
import type { Ledger } from './ledger.ts';
import type { LocalDestination, LocalPart } from './localDestination.ts';
import { hashLocal } from './localSource.ts';
import type { Plan } from './plan.ts';
import { RemoteRefusal, type Got, type RemoteRoot } from './remoteEnd.ts';
import { resumeAt } from './resume.ts';
import { Slices } from './slices.ts';
import { wholeBytes, type TreeEntry } from './tree.ts';

export interface DownloadJob {
  readonly local: LocalDestination;
  readonly remote: RemoteRoot;
  readonly plan: Plan;
  /** The tree's number in the ledger. */
  readonly tree: number;
  readonly ledger: Ledger;
  /** As they are here, by path: for checksums of what is there. */
  readonly here: ReadonlyMap<string, TreeEntry>;
}

/** Small files that are asked for ahead: the other end is never without work, and here only one of them is held at a time. */
const askedAhead = 1_000;
const hashesAtOnce = 32;

/** Carries out a plan from there to here. Fails when the connection does, or when there is no room: all else is one file's matter. */
export class Download {
  readonly #job: DownloadJob;
  readonly #signal: AbortSignal;
  readonly #slices = new Slices();
  #changed: TreeEntry[] = [];

  constructor(job: DownloadJob, signal: AbortSignal) {
    this.#job = job;
    this.#signal = signal;
  }

  async run(): Promise<void> {
    const { plan, local, ledger } = this.#job;
    for (const folder of plan.folders) {
      await this.#slices.turn(this.#signal);
      await this.#try(folder, () => local.makeFolder(folder.path, folder.mode));
    }
    await this.#takeAll([...plan.files, ...(await this.#different(plan.doubtful))]);
    const changed = this.#changed;
    this.#changed = [];
    for (const entry of changed) ledger.again(entry);
    await this.#takeAll(changed);
    for (const { path } of this.#changed) this.#skip(path, 'it changed while it was copied, twice');
    for (const entry of plan.modes) await this.#try(entry, () => local.setTimes(entry.path, entry));
    for (const entry of plan.links) await this.#try(entry, () => local.makeLink(entry.path, entry.target ?? ''));
    for (const path of plan.deletions) {
      await this.#slices.turn(this.#signal);
      await this.#try({ path }, () => {
        if (local.remove(path)) ledger.deleted();
      });
    }
  }

  async #different(doubtful: readonly TreeEntry[]): Promise<TreeEntry[]> {
    const { remote, local, ledger, here } = this.#job;
    const different: TreeEntry[] = [];
    ledger.expect(doubtful);
    for (let at = 0; at < doubtful.length; at += hashesAtOnce) {
      const some = doubtful.slice(at, at + hashesAtOnce);
      const one = async (entry: TreeEntry): Promise<void> => {
        const mine = here.get(entry.path);
        const [there, ours] = await Promise.all([
          remote.hash(entry.path),
          mine === undefined ? undefined : hashLocal(join(local.path, entry.path), mine, this.#signal),
        ]);
        if (there !== ours) different.push(entry);
        else {
          local.setTimes(entry.path, entry);
          ledger.same(entry);
        }
      };
      await Promise.all(some.map((entry) => this.#try(entry, () => one(entry))));
    }
    return different;
  }

  /** In the order in which they are asked for; small ones are asked for ahead. */
  async #takeAll(files: readonly TreeEntry[]): Promise<void> {
    const pending = new Set<Promise<void>>();
    let failure: unknown;
    let room: (() => void) | undefined;
    for (const entry of files) {
      this.#signal.throwIfAborted();
      if (failure !== undefined) break;
      const small = entry.bytes <= wholeBytes;
      if (!small) await Promise.all(pending);
      const taken = this.#try(entry, () => (small ? this.#takeWhole(entry) : this.#takeBig(entry)))
        .catch((error: unknown) => {
          failure ??= error;
        })
        .finally(() => {
          pending.delete(taken);
          room?.();
        });
      pending.add(taken);
      if (!small) await taken;
      else if (pending.size >= askedAhead) await new Promise<void>((resolve) => (room = resolve));
    }
    await Promise.all(pending);
    if (failure !== undefined) throw failure instanceof Error ? failure : new Error('The download failed.');
  }

  async #takeWhole(entry: TreeEntry): Promise<void> {
    const { remote, local, ledger, tree } = this.#job;
    const pieces: Buffer[] = [];
    let bytes = 0;
    const got = await remote.get({ ...entry, offset: 0, sha256: '' }, (piece) => {
      ledger.path = entry.path;
      bytes += piece.length;
      // It has grown since it was listed: it is not held, and taken as the big file that it is.
      if (bytes <= 2 * wholeBytes) pieces.push(piece);
    });
    ledger.bytes += Math.min(bytes, entry.bytes);
    if (!got.whole || bytes !== got.bytes || bytes > 2 * wholeBytes) {
      this.#changed.push({ ...entry, bytes: got.bytes });
      return;
    }
    const data = Buffer.concat(pieces);
    if (!createHash('sha256').update(data).digest().equals(got.sha256)) this.#changed.push(entry);
    else {
      local.writeWhole(entry.path, data, got);
      ledger.stored(tree, { ...entry, bytes });
    }
  }

  async #takeBig(entry: TreeEntry): Promise<void> {
    const { remote, local, ledger, tree } = this.#job;
    ledger.path = entry.path;
    const part = await local.openPart(entry.path);
    try {
      const [offset, hash] = await this.#resume(part, entry);
      ledger.bytes += offset;
      let at = offset;
      const got = await remote.get({ ...entry, offset, sha256: hash.copy().digest('hex') }, async (piece) => {
        this.#signal.throwIfAborted();
        hash.update(piece);
        await part.write(piece, at);
        at += piece.length;
        ledger.bytes += piece.length;
      });
      if (!isWhole(got, at, hash)) {
        part.discard();
        this.#changed.push({ ...entry, bytes: got.bytes });
        return;
      }
      part.finish(got);
      ledger.stored(tree, { ...entry, bytes: got.bytes });
    } catch (error) {
      if (systemCode(error) === 'ENOSPC' || systemCode(error) === 'EDQUOT') part.discard();
      throw error;
    } finally {
      await part.close();
    }
  }

  /** Where to go on, and the checksum up to there. */
  async #resume(part: LocalPart, entry: TreeEntry): Promise<[number, Hash]> {
    const size = Math.min(await part.size(), entry.bytes);
    const hash = createHash('sha256');
    if (size > 0) {
      for await (const piece of part.pieces(size)) {
        this.#signal.throwIfAborted();
        hash.update(piece);
      }
      const ours = hash.copy().digest('hex');
      const there = await this.#job.remote.hash(entry.path, size);
      if (resumeAt({ bytes: size, sha256: ours }, entry.bytes, there) === size) {
        await part.cut(size);
        return [size, hash];
      }
    }
    await part.cut(0);
    return [0, createHash('sha256')];
  }

  async #try(entry: TreeEntry | { readonly path: string }, work: () => Promise<void> | void): Promise<void> {
    try {
      this.#signal.throwIfAborted();
      await work();
    } catch (error) {
      const isOther = error instanceof RemoteRefusal && (error.reason === 'changed' || error.reason === 'part');
      if (isOther && isEntry(entry)) this.#changed.push(entry);
      else await this.#judge(entry.path, error);
    }
  }

  /** Decides whether a failure is one file's matter. @throws those that are not */
  async #judge(path: string, error: unknown): Promise<void> {
    const { local, plan } = this.#job;
    if (error instanceof RemoteRefusal) {
      this.#skip(path, refusalText(error));
      return;
    }
    const code = systemCode(error);
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      const needed = plan.files.reduce((total, { bytes }) => total + bytes, 0);
      throw diskFull(local.path, await local.space().catch(() => undefined), needed);
    }
    if (code === undefined) throw error;
    this.#skip(path, failureText(error));
  }

  #skip(path: string, reason: string): void {
    this.#job.ledger.skip([{ path, reason }]);
  }
}

function isEntry(entry: TreeEntry | { readonly path: string }): entry is TreeEntry {
  return 'kind' in entry;
}

function isWhole(got: Got, bytes: number, hash: Hash): boolean {
  return got.whole && bytes === got.bytes && hash.copy().digest().equals(got.sha256);
}
