import type * as z from 'zod';
import { devEnvWorkspace, SlipwayError } from '../../protocol/index.ts';
import type { RemoteCommand, SshSession } from '../session/sshSession.ts';
import {
  entryOf,
  emptyReply,
  factsOf,
  getReply,
  hashReply,
  listReply,
  partReply,
  problemOf,
  refusalOf,
  removeReply,
  rootReply,
  spaceSchema,
} from './helperReplies.ts';
import { helperCommand, helperSource } from './helperSource.ts';
import {
  RemoteRefusal,
  type GetFile,
  type Got,
  type Put,
  type PutFile,
  type RemoteEnd,
  type RemotePart,
  type RemoteRoot,
  type Space,
} from './remoteEnd.ts';
import { Slices } from './slices.ts';
import { mostEntries, type Skipped, type Tree, type TreeEntry } from './tree.ts';
import { ByteSource, messageFrame, numberFrame, Outbox } from './wire.ts';

const mark = Buffer.from('\n\0slipway-transfer-1\n');
/** What a login shell may print before the program starts. */
const mostNoise = 65_536;
const mostMessageBytes = 16_777_216;
/** Requests on their way: more would gain nothing, and each holds what it asks for in memory. */
const mostPending = 2_000;

interface Pending {
  /** @returns true for the last reply to the request */
  take(reply: object): boolean | Promise<boolean>;
  fail(error: Error): void;
}

/**
 * Starts the helper at the other end of a session.
 * @returns undefined where there is no Python for it
 * @throws SlipwayError of the session
 */
export async function startHelper(session: SshSession, signal: AbortSignal): Promise<RemoteEnd | undefined> {
  const program = helperSource();
  const command = await session.exec(helperCommand(program.length), signal);
  const source = new ByteSource(command.output);
  // It may end before it has read all.
  command.write(program).catch(() => undefined);
  if (await source.skipPast(mark, mostNoise)) return new Helper(session, command, source);
  signal.throwIfAborted();
  command.close();
  if (session.failure !== undefined) throw session.failure;
  return undefined;
}

class Helper implements RemoteEnd {
  readonly #session: SshSession;
  readonly #command: RemoteCommand;
  readonly #source: ByteSource;
  readonly #outbox: Outbox;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #failure: Error | undefined;
  #waiting: (() => void) | undefined;

  constructor(session: SshSession, command: RemoteCommand, source: ByteSource) {
    this.#session = session;
    this.#command = command;
    this.#source = source;
    this.#outbox = new Outbox((data) => command.write(data));
    void this.#dispatch();
  }

  async openRoot(path: string, make: boolean): Promise<RemoteRoot | undefined> {
    const reply = await this.ask('root', { path, make, base: devEnvWorkspace }, rootReply);
    return reply.kind === null ? undefined : new HelperRoot(this, reply.root, reply.path, reply.name);
  }

  close(): void {
    this.#fail(new SlipwayError('cancelled', 'The transfer was cancelled.'));
    this.#command.close();
  }

  /** Sends a request and waits for its only reply. */
  async ask<Shape extends z.ZodType>(op: string, fields: object, shape: Shape): Promise<z.infer<Shape>> {
    let answer: unknown;
    await this.request(op, fields, (reply) => {
      answer = reply;
      return true;
    });
    return understood(shape, answer);
  }

  /** Sends a request and resolves with its last reply, which `take` names. */
  request(op: string, fields: object, take: (reply: object) => boolean | Promise<boolean>): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) throw this.#failure;
      const id = ++this.#lastId;
      this.#pending.set(id, {
        take: async (reply) => {
          const refusal = refusalOf(reply);
          if (refusal !== undefined) {
            reject(refusal);
            return true;
          }
          const last = await take(reply);
          if (last) resolve();
          return last;
        },
        fail: reject,
      });
      this.#outbox.add(messageFrame({ id, op, ...fields }));
    });
  }

  send(...pieces: readonly Uint8Array[]): void {
    this.#outbox.add(...pieces);
  }

  /** Resolves when more may be sent. */
  async room(): Promise<void> {
    while (this.#pending.size > mostPending && this.#failure === undefined) {
      await new Promise<void>((resolve) => (this.#waiting = resolve));
    }
    if (this.#failure !== undefined) throw this.#failure;
    await this.#outbox.room();
  }

  /** The blocks that follow a reply. */
  async blocks(
    take: (piece: Buffer) => Promise<void> | void,
  ): Promise<{ readonly whole: boolean; readonly sha256: Buffer }> {
    while (true) {
      const length = (await this.#take(4)).readUInt32BE();
      if (length === 0) break;
      if (length > mostMessageBytes) throw notUnderstood();
      await take(await this.#take(length));
    }
    const end = await this.#take(33);
    return { whole: end[0] === 1, sha256: Buffer.from(end.subarray(1)) };
  }

  async #dispatch(): Promise<void> {
    const slices = new Slices();
    try {
      while (true) {
        // Thousands of replies come at once, and what is done with each is done before anybody else's turn.
        await slices.turn();
        const length = (await this.#take(4)).readUInt32BE();
        if (length > mostMessageBytes) throw notUnderstood();
        const reply = parsed(await this.#take(length));
        const id = requestOf(reply);
        // It says that it is still at it.
        if ('hashed' in reply) continue;
        const pending = id === undefined ? undefined : this.#pending.get(id);
        if (id === undefined || pending === undefined) throw notUnderstood();
        if (!(await pending.take(reply))) continue;
        this.#pending.delete(id);
        this.#waiting?.();
      }
    } catch (error) {
      this.#fail(error instanceof Error ? error : notUnderstood(error));
      this.#command.close();
    }
  }

  async #take(count: number): Promise<Buffer> {
    const bytes = await this.#source.take(count);
    if (bytes !== undefined) return bytes;
    throw this.#session.failure ?? helperEnded(this.#command.stderr());
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const pending of this.#pending.values()) pending.fail(this.#failure);
    this.#pending.clear();
    this.#waiting?.();
  }
}

class HelperRoot implements RemoteRoot {
  readonly #helper: Helper;
  readonly #root: number;
  readonly path: string;
  readonly name: string | undefined;

  constructor(helper: Helper, root: number, path: string, name: string | undefined) {
    this.#helper = helper;
    this.#root = root;
    this.path = path;
    this.name = name;
  }

  async list({ only, prune }: Parameters<RemoteRoot['list']>[0]): Promise<Tree> {
    const entries: TreeEntry[] = [];
    const skipped: Skipped[] = [];
    let partBytes = 0;
    const fields = { root: this.#root, prune, limit: mostEntries, ...(only !== undefined && { only }) };
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

  put({ path, bytes, mode, mtimeMs, offset, resumable }: PutFile): Put {
    const helper = this.#helper;
    const fields = { root: this.#root, path, bytes, mode, mtime: mtimeMs, offset, resumable };
    const stored = helper.request('put', fields, () => true);
    // Whoever stores a file looks at it when it is its turn.
    stored.catch(() => undefined);
    const end = (whole: boolean, sha256: Buffer): Promise<void> => {
      helper.send(numberFrame(0), Uint8Array.of(whole ? 1 : 0), sha256);
      return helper.room();
    };
    return {
      write: (piece) => {
        if (piece.length > 0) helper.send(numberFrame(piece.length), piece);
        return helper.room();
      },
      finish: (sha256) => end(true, sha256),
      abandon: () => end(false, Buffer.alloc(32)),
      stored,
    };
  }

  async get({ path, offset, sha256 }: GetFile, take: (piece: Buffer) => Promise<void> | void): Promise<Got> {
    let got: Got | undefined;
    const helper = this.#helper;
    await helper.request('get', { root: this.#root, path, offset, sha256 }, async (reply) => {
      if (got !== undefined) return true;
      const facts = factsOf(understood(getReply, reply));
      const end = await helper.blocks(take);
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

function parsed(bytes: Buffer): object {
  let reply: unknown;
  try {
    reply = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw notUnderstood(error);
  }
  if (typeof reply === 'object' && reply !== null) return reply;
  throw notUnderstood();
}

/** The number of the request that it answers. */
function requestOf(reply: object): number | undefined {
  return 'id' in reply && typeof reply.id === 'number' ? reply.id : undefined;
}

function understood<Shape extends z.ZodType>(shape: Shape, reply: unknown): z.infer<Shape> {
  const result = shape.safeParse(reply);
  if (result.success) return result.data;
  throw notUnderstood(result.error);
}

function notUnderstood(cause?: unknown): SlipwayError {
  return new SlipwayError('transfer.failed', 'The DevEnv gave an answer that was not understood.', {
    action: 'Try again; if it stays so, check which python3 its login shell starts.',
    cause,
  });
}

function helperEnded(stderr: string): SlipwayError {
  const said = stderr.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
  const why = said === '' ? 'it says nothing' : said;
  return new SlipwayError('ssh.lost', `The program for transfers in the DevEnv ended: ${why}.`, {
    action: 'Try again.',
  });
}
