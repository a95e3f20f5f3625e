import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing, makeFolders, onDisk } from '../../../local/diskErrors.ts';
import { checkRunName, isSpoolName } from './spoolNames.ts';
import { discard, RunSpool } from './runSpool.ts';

export const defaultSpoolBytes = 2 * 1024 * 1024 * 1024;
/** A spool that was touched within this time is in use by some process. */
const inUseMs = 10 * 60_000;
/** What a process left that ended while it made or dropped a spool. */
const leftover = /\.[0-9a-f]{12}\.(new|old)$/;

export interface SpoolUse {
  readonly name: string;
  readonly bytes: number;
  /** Epoch ms. */
  readonly usedAt: number;
}

/** Which spools go so that the rest fits: the least recently used first, never one that is in use. Pure. */
export function spoolsToDrop(spools: readonly SpoolUse[], limitBytes: number, now: number): readonly string[] {
  let total = spools.reduce((sum, { bytes }) => sum + bytes, 0);
  const dropped: string[] = [];
  for (const spool of [...spools].sort((one, other) => one.usedAt - other.usedAt)) {
    if (total <= limitBytes || now - spool.usedAt < inUseMs) break;
    dropped.push(spool.name);
    total -= spool.bytes;
  }
  return dropped;
}

/** The spools of one context's runs, in one folder, bounded together. */
export class SpoolStore {
  readonly #folder: string;
  readonly #limitBytes: number;
  readonly #now: () => number;
  #trimming: Promise<void> | undefined;

  /** @param folder absolute; made when it is first needed */
  constructor(folder: string, limitBytes: number, now: () => number) {
    this.#folder = folder;
    this.#limitBytes = limitBytes;
    this.#now = now;
  }

  /** @throws SlipwayError `run.notFound` for what is no name of a run, `disk.full`, `disk.denied` */
  async open(run: string, uid: string | undefined): Promise<RunSpool> {
    checkRunName(run);
    return onDisk(this.#folder, async () => {
      await makeFolders(this.#folder);
      const spool = await RunSpool.open(join(this.#folder, run), uid);
      await spool.touch(this.#now());
      return spool;
    });
  }

  /** Forgets a run; what was open of it is closed before. */
  async drop(run: string): Promise<void> {
    checkRunName(run);
    await discard(join(this.#folder, run));
  }

  /** Runs something that writes into a spool and names its failures. @throws SlipwayError `disk.full`, `disk.denied` */
  write<Result>(work: () => Promise<Result>): Promise<Result> {
    return onDisk(this.#folder, work);
  }

  /** Drops what is too much, and what a process left that was killed. One at a time. */
  trim(): Promise<void> {
    this.#trimming ??= this.#trim().finally(() => {
      this.#trimming = undefined;
    });
    return this.#trimming;
  }

  async #trim(): Promise<void> {
    const names = await readdir(this.#folder).catch(emptyIfMissing);
    const spools: SpoolUse[] = [];
    for (const name of names) {
      const path = join(this.#folder, name);
      const use = await useOf(path, name);
      if (use === undefined) continue;
      if (isSpoolName(name) && !leftover.test(name)) spools.push(use);
      else if (leftover.test(name) && this.#now() - use.usedAt >= inUseMs)
        await rm(path, { recursive: true, force: true });
    }
    for (const name of spoolsToDrop(spools, this.#limitBytes, this.#now())) await discard(join(this.#folder, name));
  }
}

async function useOf(folder: string, name: string): Promise<SpoolUse | undefined> {
  try {
    const usedAt = (await stat(join(folder, 'state.json')).catch(() => stat(folder))).mtimeMs;
    let bytes = 0;
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
    }
    return { name, bytes, usedAt };
  } catch (error) {
    // Dropped by another process at this moment.
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function emptyIfMissing(error: unknown): string[] {
  if (isMissing(error)) return [];
  throw error;
}
