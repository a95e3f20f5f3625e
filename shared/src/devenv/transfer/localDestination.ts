import {
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  futimesSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { open, statfs, type FileHandle } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Space } from './remoteEnd.ts';
import { partName, partPrefix, type TreeEntry } from './tree.ts';

/** Thrown where something is in the way of a path. */
export class InTheWay extends Error {
  readonly code = 'ENOTDIR';
}

/**
 * A folder of this machine that files are written into, and nothing outside it: every folder on the way to a file is looked at, and
 * a link there is not followed. Paths were checked before (`namesProblem`). System errors are thrown as they are.
 */
export class LocalDestination {
  /** Absolute. */
  readonly path: string;
  readonly #folders = new Set<string>(['']);
  /** Folders that could not be made, and why: so it is told for what was to go into them. */
  readonly #refused = new Map<string, unknown>();

  constructor(path: string) {
    this.path = path;
  }

  makeFolder(path: string, mode: number): void {
    try {
      this.#enter(parentOf(path));
      try {
        mkdirSync(join(this.path, path), { mode: mode | 0o700 });
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      }
      this.#enter(path);
    } catch (error) {
      this.#refused.set(path, error);
      throw error;
    }
  }

  /** A whole small file under its final name. */
  writeWhole(path: string, data: Uint8Array, facts: Pick<TreeEntry, 'mode' | 'mtimeMs'>): void {
    this.#enter(parentOf(path));
    const part = join(this.path, parentOf(path), `${partPrefix}${randomBytes(12).toString('hex')}`);
    const fd = openSync(part, writeFlags | constants.O_EXCL, 0o600);
    try {
      try {
        for (let at = 0; at < data.length;) at += writeSync(fd, data, at);
        finishSync(fd, facts);
      } finally {
        closeSync(fd);
      }
      renameSync(part, join(this.path, path));
    } catch (error) {
      unlinkQuietly(part);
      throw error;
    }
  }

  /**
   * The file that a big one is written to until it is whole: what an earlier transfer left of it, or a new one. While it is open it has
   * a name of this process, so that no other transfer writes to it.
   */
  async openPart(path: string): Promise<LocalPart> {
    this.#enter(parentOf(path));
    const folder = join(this.path, parentOf(path));
    const final = join(this.path, path);
    const part = partName(path);
    const kept = join(folder, part);
    const own = `${kept}-${process.pid}-${randomBytes(6).toString('hex')}`;
    for (const name of readdirSync(folder)) {
      if (!isFree(name, part) || !renamed(join(folder, name), own)) continue;
      return new LocalPart(await open(own, partFlags, 0o600), { own, kept, final });
    }
    return new LocalPart(await open(own, partFlags | constants.O_EXCL, 0o600), { own, kept, final });
  }

  makeLink(path: string, target: string): void {
    this.#enter(parentOf(path));
    const part = join(this.path, parentOf(path), `${partPrefix}${randomBytes(12).toString('hex')}`);
    symlinkSync(target, part);
    try {
      renameSync(part, join(this.path, path));
    } catch (error) {
      unlinkQuietly(part);
      throw error;
    }
  }

  setTimes(path: string, facts: Pick<TreeEntry, 'mode' | 'mtimeMs'>): void {
    this.#enter(parentOf(path));
    const fd = openSync(join(this.path, path), constants.O_RDONLY | (constants.O_NOFOLLOW || 0));
    try {
      finishSync(fd, facts);
    } finally {
      closeSync(fd);
    }
  }

  /** A file, a link, or an empty folder; false where it was not there, or not empty. */
  remove(path: string): boolean {
    this.#enter(parentOf(path));
    const full = join(this.path, path);
    const stats = lstatSync(full, { throwIfNoEntry: false });
    if (stats === undefined) return false;
    if (!stats.isDirectory()) {
      unlinkSync(full);
      return true;
    }
    this.#folders.clear();
    this.#folders.add('');
    try {
      rmdirSync(full);
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST'))
        return false;
      throw error;
    }
  }

  async space(): Promise<Space> {
    const { bavail, blocks, bsize } = await statfs(this.path);
    return { free: bavail * bsize, total: blocks * bsize };
  }

  /** Sees that every folder on the way is one, and no link. */
  #enter(folder: string): void {
    if (this.#folders.has(folder)) return;
    if (this.#refused.has(folder)) throw this.#refused.get(folder);
    this.#enter(parentOf(folder));
    const stats = lstatSync(join(this.path, folder));
    if (!stats.isDirectory()) throw new InTheWay(`${folder} is no folder`);
    this.#folders.add(folder);
  }
}

interface PartPaths {
  /** While it is open. */
  readonly own: string;
  /** While nobody works on it. */
  readonly kept: string;
  readonly final: string;
}

/** A big file that is not whole yet. */
export class LocalPart {
  readonly #handle: FileHandle;
  readonly #paths: PartPaths;
  #isDone = false;

  constructor(handle: FileHandle, paths: PartPaths) {
    this.#handle = handle;
    this.#paths = paths;
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  /** Keeps the first bytes only. */
  async cut(bytes: number): Promise<void> {
    await this.#handle.truncate(bytes);
  }

  async *pieces(end: number): AsyncGenerator<Buffer> {
    for (let at = 0; at < end;) {
      const { buffer, bytesRead } = await this.#handle.read(
        Buffer.allocUnsafe(Math.min(1_048_576, end - at)),
        0,
        undefined,
        at,
      );
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  async write(data: Uint8Array, at: number): Promise<void> {
    for (let done = 0; done < data.length;) {
      done += (await this.#handle.write(data, done, data.length - done, at + done)).bytesWritten;
    }
  }

  /** Gives it its final name. Nothing stays where it cannot have that. */
  finish(facts: Pick<TreeEntry, 'mode' | 'mtimeMs'>): void {
    try {
      finishSync(this.#handle.fd, facts);
      fsyncSync(this.#handle.fd);
      renameSync(this.#paths.own, this.#paths.final);
      this.#isDone = true;
    } catch (error) {
      this.discard();
      throw error;
    }
  }

  discard(): void {
    unlinkQuietly(this.#paths.own);
    this.#isDone = true;
  }

  /** Keeps what is there for the next transfer, unless it was finished or discarded, or is nothing. */
  async close(): Promise<void> {
    const isNothing = (await this.size()) === 0;
    await this.#handle.close();
    if (this.#isDone) return;
    if (isNothing) this.discard();
    else renamed(this.#paths.own, this.#paths.kept);
  }
}

/** True for a part of this file that nobody works on. A process that was killed left its name in it. */
function isFree(name: string, base: string): boolean {
  if (name === base) return true;
  const [, pid] = name.startsWith(`${base}-`) ? (/^(\d+)-/.exec(name.slice(base.length + 1)) ?? ['', '']) : [];
  return pid !== undefined && pid !== '' && !isAlive(Number(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** False where it was not there any more: another transfer was faster. */
function renamed(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

const noFollow = constants.O_NOFOLLOW || 0;
const writeFlags = constants.O_WRONLY | constants.O_CREAT | noFollow;
const partFlags = constants.O_RDWR | constants.O_CREAT | noFollow;

function finishSync(fd: number, { mode, mtimeMs }: Pick<TreeEntry, 'mode' | 'mtimeMs'>): void {
  fchmodSync(fd, mode);
  futimesSync(fd, mtimeMs / 1_000, mtimeMs / 1_000);
}

function parentOf(path: string): string {
  const cut = path.lastIndexOf('/');
  return cut < 0 ? '' : path.slice(0, cut);
}

function unlinkQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was not there.
  }
}
