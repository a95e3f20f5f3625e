import { randomBytes } from 'node:crypto';
import type { OpenMode } from 'ssh2';
import { RemoteRefusal, type PutFile } from '../remoteEnd.ts';
import { oldPartMs, partName, partPrefix, type TreeEntry } from '../tree.ts';
import type { SftpCalls } from './sftpCalls.ts';

/** A file's whole name at the other end, and the folder that it is in. */
export interface Located {
  readonly folder: string;
  readonly path: string;
}

/** Where less is free, a refused write is told as a full disk. */
const fullBytes = 65_536;
/** A small file is there within moments: what is older was left by a transfer that ended before it. */
const oldSmallPartMs = 3_600_000;

/** The part of a big file. */
export function bigPart({ folder, path }: Located): string {
  return `${folder}/${partName(path)}`;
}

/** A part that nobody else writes to. @param transfer names the transfer, which finds by it what its last connection left */
export function smallPart(folder: string, transfer: string): string {
  return `${folder}/${partPrefix}${transfer}-${randomBytes(6).toString('hex')}`;
}

/** Names a transfer, over all its connections. */
export function transferName(): string {
  return randomBytes(6).toString('hex');
}

/** Whether nobody will go on with a part. */
export function isLeftOver(name: string, mtimeMs: number, transfer: string, now: number): boolean {
  const [, other] = /^([0-9a-f]{12})-[0-9a-f]{12}$/.exec(name.slice(partPrefix.length)) ?? [];
  if (other === transfer) return true;
  return now - mtimeMs > (other === undefined ? oldPartMs : oldSmallPartMs);
}

/** A part that is open. */
export class OpenPart {
  readonly #calls: SftpCalls;
  readonly #at: Located;
  readonly handle: Buffer;
  readonly path: string;
  #isOpen = true;

  private constructor(calls: SftpCalls, at: Located, path: string, handle: Buffer) {
    this.#calls = calls;
    this.#at = at;
    this.path = path;
    this.handle = handle;
  }

  /** @param flags to open it with: `r+` one that is there, others a new one */
  static async open(calls: SftpCalls, at: Located, path: string, flags: OpenMode): Promise<OpenPart> {
    try {
      return new OpenPart(calls, at, path, await calls.open(path, flags));
    } catch (error) {
      throw await whyRefused(calls, at, error);
    }
  }

  /** Gives it its final name. */
  async finish(file: Pick<PutFile, 'mode' | 'mtimeMs'>): Promise<void> {
    await this.#calls.setFacts(this.handle, attributesOf(file));
    await this.#close();
    await this.#calls.replace(this.path, this.#at.path);
  }

  async discard(): Promise<void> {
    await this.#close().catch(() => undefined);
    await this.#calls.removeFile(this.path).catch(() => undefined);
  }

  /** For what went wrong with it. What a lost connection left is gone on with; else nothing of it stays. */
  async giveUp(error: unknown): Promise<never> {
    if (!(error instanceof RemoteRefusal)) throw error;
    const why = await whyRefused(this.#calls, this.#at, error);
    await this.discard();
    throw why;
  }

  /** Once: the server gives a handle's number to the next file. */
  async #close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#calls.close(this.handle);
  }
}

/** SFTP's times are whole seconds, and none before 1970. */
export function attributesOf({ mode, mtimeMs }: Pick<TreeEntry, 'mode' | 'mtimeMs'>) {
  const time = Math.min(Math.max(0, Math.floor(mtimeMs / 1_000)), 0xffff_ffff);
  return { mode, atime: time, mtime: time };
}

/** What SFTP does not say: whether a folder is in the way, or the disk is full. */
export async function whyRefused(calls: SftpCalls, at: Located, error: unknown): Promise<unknown> {
  if (!(error instanceof RemoteRefusal) || error.reason !== 'other') return error;
  const [found, space] = await Promise.all([
    calls.look(at.path).catch(() => undefined),
    calls.space(at.folder === '' ? '/' : at.folder).catch(() => undefined),
  ]);
  if (found?.kind === 'folder') return new RemoteRefusal('folder', 'a folder is in its place');
  const isFull = space !== undefined && space.free < fullBytes;
  return isFull ? new RemoteRefusal('space', error.message, space) : error;
}

export function inTheWay(): RemoteRefusal {
  return new RemoteRefusal('link', 'a link or a file is in the place of a folder');
}
