import type * as z from 'zod';
import { devEnvWorkspace, SlipwayError } from '../../protocol/index.ts';
import type { RemoteCommand, SshSession } from '../session/sshSession.ts';
import type { ContentStream } from './contents/contentStream.ts';
import { openContents, type DialRemote } from './contents/openContents.ts';
import { notUnderstood, refusalOf, rootReply, understood } from './helperReplies.ts';
import { HelperRoot, type HelperRequests } from './helperRoot.ts';
import { helperCommand, helperSource } from './helperSource.ts';
import type { RemoteEnd, RemoteRoot } from './remoteEnd.ts';
import { Slices } from './slices.ts';
import { ByteSource, messageFrame, Outbox } from './wire.ts';

const mark = Buffer.from('\n\0slipway-transfer-1\n');
/** What a login shell may print before the program starts. */
const mostNoise = 65_536;
const mostMessageBytes = 16_777_216;
/** Requests on their way: more would gain nothing, and each holds what it asks for in memory. */
const mostPending = 2_000;

/** From this size on a connection of its own is worth being opened, which takes some round trips. */
const besideBytes = 16_777_216;

interface Pending {
  /** @returns true for the last reply to the request */
  take(reply: object): boolean | Promise<boolean>;
  fail(error: Error): void;
}

/**
 * Starts the helper at the other end of a session.
 * @param dial for the contents of big files; undefined: they go through the session too
 * @returns undefined where there is no Python for it
 * @throws SlipwayError of the session
 */
export async function startHelper(
  session: SshSession,
  dial: DialRemote | undefined,
  signal: AbortSignal,
): Promise<RemoteEnd | undefined> {
  const program = helperSource();
  const command = await session.exec(helperCommand(program.length), signal);
  const source = new ByteSource(command.output);
  // It may end before it has read all.
  command.write(program).catch(() => undefined);
  if (await source.skipPast(mark, mostNoise)) return new Helper(session, command, source, dial, signal);
  signal.throwIfAborted();
  command.close();
  if (session.failure !== undefined) throw session.failure;
  return undefined;
}

class Helper implements RemoteEnd, HelperRequests {
  readonly #session: SshSession;
  readonly #command: RemoteCommand;
  readonly #source: ByteSource;
  readonly #outbox: Outbox;
  readonly #pending = new Map<number, Pending>();
  readonly #dial: DialRemote | undefined;
  readonly #signal: AbortSignal;
  #contents: Promise<ContentStream | undefined> | undefined;
  #lastId = 0;
  #failure: Error | undefined;
  #waiting: (() => void) | undefined;

  constructor(
    session: SshSession,
    command: RemoteCommand,
    source: ByteSource,
    dial: DialRemote | undefined,
    signal: AbortSignal,
  ) {
    this.#session = session;
    this.#command = command;
    this.#source = source;
    this.#dial = dial;
    this.#signal = signal;
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
    void this.#contents?.then((contents) => contents?.destroy());
  }

  /** Where the contents of a file of that size go, if not through the session. */
  beside(bytes: number): Promise<ContentStream | undefined> | undefined {
    if (this.#dial === undefined) return undefined;
    // Where it cannot be had, contents go through the session as well, only slower.
    if (bytes >= besideBytes) {
      const request = this.request.bind(this);
      this.#contents ??= openContents(request, this.#dial, this.#signal).catch(() => undefined);
    }
    return this.#contents;
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

  /** The blocks that follow a reply, or come beside it. */
  async blocks(
    contents: ContentStream | undefined,
    take: (piece: Buffer) => Promise<void> | void,
  ): Promise<{ readonly whole: boolean; readonly sha256: Buffer }> {
    const next = (count: number): Promise<Buffer> => contents?.take(count) ?? this.#take(count);
    while (true) {
      const length = (await next(4)).readUInt32BE();
      if (length === 0) break;
      if (length > mostMessageBytes) throw notUnderstood();
      await take(await next(length));
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

function helperEnded(stderr: string): SlipwayError {
  const said = stderr.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
  const why = said === '' ? 'it says nothing' : said;
  return new SlipwayError('ssh.lost', `The program for transfers in the DevEnv ended: ${why}.`, {
    action: 'Try again.',
  });
}
