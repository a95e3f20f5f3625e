import type * as z from 'zod';
import type { ContentStream } from './contents/contentStream.ts';
import {
  entryOf,
  emptyReply,
  factsOf,
  getReply,
  hashReply,
  listReply,
  notUnderstood,
  partReply,
  problemOf,
  removeReply,
  spaceSchema,
  understood,
} from './helperReplies.ts';
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
} from './remoteEnd.ts';
import { mostEntries, type Skipped, type Tree, type TreeEntry } from './tree.ts';
import { numberFrame } from './wire.ts';

/** How the helper is asked; see remoteHelper.ts. */
export interface HelperRequests {
  /** Sends a request and waits for its only reply. */
  ask<Shape extends z.ZodType>(op: string, fields: object, shape: Shape): Promise<z.infer<Shape>>;
  /** Sends a request and resolves with its last reply, which `take` names. */
  request(op: string, fields: object, take: (reply: object) => boolean | Promise<boolean>): Promise<void>;
  /** What follows a request. */
  send(...pieces: readonly Uint8Array[]): void;
  /** Resolves when more may be sent. */
  room(): Promise<void>;
  /** Where the contents of a file of that size go, if not through the session. */
  beside(bytes: number): Promise<ContentStream | undefined> | undefined;
  /** The blocks that follow a reply, or come beside it. */
  blocks(
    contents: ContentStream | undefined,
    take: (piece: Buffer) => Promise<void> | void,
  ): Promise<{ readonly whole: boolean; readonly sha256: Buffer }>;
}

/** A folder that the helper has opened. */
export class HelperRoot implements RemoteRoot {
  readonly #helper: HelperRequests;
  readonly #root: number;
  readonly path: string;
  readonly name: string | undefined;
  readonly timesMs = 1;

  constructor(helper: HelperRequests, root: number, path: string, name: string | undefined) {
    this.#helper = helper;
    this.#root = root;
    this.path = path;
    this.name = name;
  }

  async list({ only, prune, keepsParts }: RemoteListing): Promise<Tree> {
    const entries: TreeEntry[] = [];
    const skipped: Skipped[] = [];
    let partBytes = 0;
    const common = { root: this.#root, prune, limit: mostEntries, keep: keepsParts };
    const fields = { ...common, ...(only !== undefined && { only }) };
    await this.#helper.request('list', fields, (reply) => {
      const batch = understood(listReply, reply);
      for (const line of batch.entries) entries.push(entryOf(line));
      for (const problem of batch.problems ?? []) skipped.push(problemOf(problem));
      partBytes += batch.parts ?? 0;
      if (entries.length > mostEntries) throw notUnderstood();
      return batch.done === true;
    });
    return { entries, skipped, partBytes };
  }

  async makeFolder(path: string, mode: number): Promise<void> {
    await this.#ask('mkdir', { path, mode }, emptyReply);
  }

  async makeLink(path: string, target: string): Promise<void> {
    await this.#ask('link', { path, target }, emptyReply);
  }

  async remove(path: string): Promise<boolean> {
    return (await this.#ask('remove', { path }, removeReply)).removed;
  }

  async setTimes(path: string, { mode, mtimeMs }: Pick<TreeEntry, 'mode' | 'mtimeMs'>): Promise<void> {
    await this.#ask('times', { path, mode, mtime: mtimeMs }, emptyReply);
  }

  async hash(path: string, bytes?: number): Promise<string> {
    const { sha256, same } = await this.#ask('hash', { path, ...(bytes !== undefined && { bytes }) }, hashReply);
    if (!same) throw new RemoteRefusal('changed', 'it changed while it was read');
    return sha256;
  }

  async part(path: string, bytes: number): Promise<RemotePart> {
    const { found, bytes: there, sha256 } = await this.#ask('part', { path, bytes }, partReply);
    return { found: found === null ? undefined : factsOf(found), bytes: there, sha256: sha256 ?? '' };
  }

  async put({ path, bytes, mode, mtimeMs, offset, resumable }: PutFile): Promise<Put> {
    const helper = this.#helper;
    const contents = await helper.beside(bytes - offset);
    const fields = { root: this.#root, path, bytes, mode, mtime: mtimeMs, offset, resumable, ...besideOf(contents) };
    const stored = helper.request('put', fields, () => true);
    // Whoever stores a file looks at it when it is its turn.
    stored.catch(() => undefined);
    const send = async (...pieces: readonly Uint8Array[]): Promise<void> => {
      if (contents !== undefined) await contents.write(...pieces);
      else {
        helper.send(...pieces);
        await helper.room();
      }
    };
    const end = async (whole: boolean, sha256: Buffer): Promise<void> => {
      await send(numberFrame(0));
      helper.send(Uint8Array.of(whole ? 1 : 0), sha256);
      await helper.room();
    };
    return {
      write: (piece) => (piece.length > 0 ? send(numberFrame(piece.length), piece) : helper.room()),
      finish: (sha256) => end(true, sha256),
      abandon: () => end(false, Buffer.alloc(32)),
      stored,
    };
  }

  async get({ path, bytes, offset, sha256 }: GetFile, take: (piece: Buffer) => Promise<void> | void): Promise<Got> {
    let got: Got | undefined;
    const helper = this.#helper;
    const contents = await helper.beside(bytes - offset);
    const fields = { root: this.#root, path, offset, sha256, ...besideOf(contents) };
    await helper.request('get', fields, async (reply) => {
      if (got !== undefined) return true;
      const facts = factsOf(understood(getReply, reply));
      const end = await helper.blocks(contents, take);
      got = { bytes: facts.bytes, mode: facts.mode, mtimeMs: facts.mtimeMs, ...end };
      return false;
    });
    if (got === undefined) throw notUnderstood();
    return got;
  }

  async space(): Promise<Space> {
    return this.#ask('space', {}, spaceSchema);
  }

  #ask<Shape extends z.ZodType>(op: string, fields: object, shape: Shape): Promise<z.infer<Shape>> {
    return this.#helper.ask(op, { root: this.#root, ...fields }, shape);
  }
}

function besideOf(contents: ContentStream | undefined): { beside?: true } {
  return contents === undefined ? {} : { beside: true };
}
