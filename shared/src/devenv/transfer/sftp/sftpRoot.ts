import {
  RemoteRefusal,
  type GetFile,
  type Got,
  type Put,
  type PutFile,
  type RemoteListing,
  type RemotePart,
  type RemoteRoot,
  type Space,
} from '../remoteEnd.ts';
import type { Tree, TreeEntry } from '../tree.ts';
import { getFile } from './sftpGet.ts';
import { listTree } from './sftpList.ts';
import { attributesOf, bigPart, inTheWay, smallPart, whyRefused, type Located } from './sftpPart.ts';
import { putBig, putWhole, type SftpPlace } from './sftpPut.ts';

const deepest = 200;

/** A folder at the other end of SFTP. Each folder on the way to a file is looked at, and no link is one. */
export class SftpRoot implements RemoteRoot {
  readonly #place: SftpPlace;
  /** Without links in it. */
  readonly #folder: string;
  readonly #entered = new Map<string, Promise<void>>();
  readonly path: string;
  readonly name: string | undefined;
  readonly timesMs = 1_000;

  constructor(place: SftpPlace, folder: string, named: { readonly path: string; readonly name: string | undefined }) {
    this.#place = place;
    this.#folder = folder === '/' ? '' : folder;
    this.path = named.path;
    this.name = named.name;
  }

  list(options: RemoteListing): Promise<Tree> {
    return listTree(this.#place, this.#folder, options);
  }

  async makeFolder(path: string, mode: number): Promise<void> {
    const { calls } = this.#place;
    const at = await this.#locate(path);
    try {
      await calls.makeFolder(at.path, mode | 0o700);
    } catch (error) {
      const found = await calls.look(at.path);
      if (found === undefined) throw error;
      if (found.kind !== 'folder') throw inTheWay();
    }
  }

  async makeLink(path: string, target: string): Promise<void> {
    const { calls, transfer } = this.#place;
    const at = await this.#locate(path);
    const part = smallPart(at.folder, transfer);
    await calls.makeLink(part, target);
    try {
      await calls.replace(part, at.path);
    } catch (error) {
      await calls.removeFile(part).catch(() => undefined);
      throw await whyRefused(calls, at, error);
    }
  }

  async remove(path: string): Promise<boolean> {
    const { calls } = this.#place;
    const at = await this.#locate(path);
    const found = await calls.look(at.path);
    if (found === undefined) return false;
    if (found.kind !== 'folder') {
      await calls.removeFile(at.path);
      return true;
    }
    this.#entered.clear();
    try {
      await calls.removeFolder(at.path);
      return true;
    } catch (error) {
      if (error instanceof RemoteRefusal && (await calls.list(at.path)).length > 0) return false;
      throw error;
    }
  }

  async setTimes(path: string, facts: Pick<TreeEntry, 'mode' | 'mtimeMs'>): Promise<void> {
    const { calls } = this.#place;
    const at = await this.#locate(path);
    if ((await calls.look(at.path))?.kind !== 'file') throw noFile();
    await calls.setFacts(at.path, attributesOf(facts));
  }

  async hash(path: string, bytes?: number): Promise<string> {
    const { calls, digests } = this.#place;
    const at = await this.#locate(path);
    const before = await calls.look(at.path);
    if (before?.kind !== 'file') throw noFile();
    const digest = await digests.of(at.path, bytes ?? before.bytes);
    const after = await calls.look(at.path);
    if (after?.bytes === before.bytes && after.mtimeMs === before.mtimeMs) return digest;
    throw new RemoteRefusal('changed', 'it changed while it was read');
  }

  async part(path: string, bytes: number): Promise<RemotePart> {
    const { calls, digests } = this.#place;
    const at = await this.#locate(path);
    const [found, part] = await Promise.all([calls.look(at.path), calls.look(bigPart(at))]);
    if (part?.kind !== 'file' || part.bytes === 0) return { found, bytes: 0, sha256: '' };
    const length = Math.min(part.bytes, bytes);
    return { found, bytes: length, sha256: await digests.of(bigPart(at), length) };
  }

  async put(file: PutFile): Promise<Put> {
    const at = await this.#locate(file.path);
    return file.resumable ? putBig(this.#place, at, file) : putWhole(this.#place, at, file);
  }

  async get(file: GetFile, take: (piece: Buffer) => Promise<void> | void): Promise<Got> {
    return getFile(this.#place, (await this.#locate(file.path)).path, file, take);
  }

  space(): Promise<Space> {
    return this.#place.calls.space(this.#folder === '' ? '/' : this.#folder);
  }

  async #locate(path: string): Promise<Located> {
    const parts = path.split('/');
    if (path.includes('\0') || parts.some((part) => part === '' || part === '.' || part === '..')) {
      throw new RemoteRefusal('path', 'the path could lead elsewhere');
    }
    if (parts.length > deepest) throw new RemoteRefusal('path', `more than ${deepest} folders deep`);
    const above = parts.slice(0, -1).join('/');
    await this.#enter(above);
    const folder = above === '' ? this.#folder : `${this.#folder}/${above}`;
    return { folder, path: `${this.#folder}/${path}` };
  }

  /** Sees that every folder on the way is one, and no link. */
  #enter(folder: string): Promise<void> {
    if (folder === '') return Promise.resolve();
    let entered = this.#entered.get(folder);
    if (entered === undefined) {
      entered = this.#look(folder);
      this.#entered.set(folder, entered);
      // It may be made later.
      entered.catch(() => this.#entered.delete(folder));
    }
    return entered;
  }

  async #look(folder: string): Promise<void> {
    const cut = folder.lastIndexOf('/');
    await this.#enter(cut < 0 ? '' : folder.slice(0, cut));
    const found = await this.#place.calls.look(`${this.#folder}/${folder}`);
    if (found === undefined) throw new RemoteRefusal('missing', 'it is not there any more');
    if (found.kind !== 'folder') throw inTheWay();
  }
}

function noFile(): RemoteRefusal {
  return new RemoteRefusal('changed', 'it is no file any more');
}
