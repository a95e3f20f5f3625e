import { createHash } from 'node:crypto';
import * as z from 'zod';
import { SlipwayError } from '../../protocol/index.ts';
import type { KubernetesApi } from '../api.ts';
import { exec, type ExecSession } from '../exec/index.ts';
import { AnswerReader } from './answerReader.ts';
import { programFailure, type RemoteProgram } from './remoteProgram.ts';

export interface ByteRange {
  readonly start?: number | undefined;
  /** Exclusive. */
  readonly end?: number | undefined;
}

/** A file, or a part of one, on its way. */
export interface RemoteFile {
  /** Of the whole file. */
  readonly bytes: number;
  /** Of what comes. */
  readonly length: number;
  /** For one reader; ends only when all came and its SHA-256 is right. @throws SlipwayError otherwise */
  readonly content: AsyncIterable<Uint8Array>;
}

/** Asks a program in a container for files (`slipway_steps files`), one after the other, over one connection. */
export interface RemoteFiles {
  /** Sends a request and gives the line that answers it. @throws SlipwayError: what the program says, or the connection */
  ask(request: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** The next line of an answer that has several. */
  line(): Promise<unknown>;
  /** What was opened before has to be read to its end, or left; leaving it ends the connection. */
  read(path: string, range?: ByteRange): Promise<RemoteFile>;
  close(): void;
}

const maxLineBytes = 128 * 1024 * 1024;
const refusalSchema = z.object({ error: z.string(), message: z.string() });
const headerSchema = z.object({ bytes: z.int().min(0), length: z.int().min(0) });
const trailerSchema = z.object({ sha256: z.string(), length: z.int() });

/** Starts the program. @throws as `exec` */
export async function openRemoteFiles(
  api: KubernetesApi,
  program: RemoteProgram,
  signal: AbortSignal,
): Promise<RemoteFiles> {
  return new RemoteFilesSession(await exec(api, { ...program, stdin: 'open' }, signal));
}

class RemoteFilesSession implements RemoteFiles {
  readonly #session: ExecSession;
  readonly #reader: AnswerReader;
  #reading = false;

  constructor(session: ExecSession) {
    this.#session = session;
    this.#reader = new AnswerReader(session.stdout);
  }

  async ask(request: Readonly<Record<string, unknown>>): Promise<unknown> {
    if (this.#reading) throw new SlipwayError('internal', 'A file is still being read over this connection.');
    await this.#session.write(Buffer.from(`${JSON.stringify(request)}\n`));
    const answer = await this.line();
    const refusal = refusalSchema.safeParse(answer);
    if (refusal.success) throw refused(refusal.data);
    return answer;
  }

  async line(): Promise<unknown> {
    try {
      return await this.#reader.json(maxLineBytes);
    } catch (error) {
      throw await programFailure(error, this.#session, 'files');
    }
  }

  async read(path: string, range: ByteRange = {}): Promise<RemoteFile> {
    const header = headerSchema.safeParse(await this.ask({ read: path, ...range, checksum: true }));
    if (!header.success || header.data.length > header.data.bytes) throw notAsSent(path);
    this.#reading = true;
    return { ...header.data, content: this.#content(path, header.data.length) };
  }

  close(): void {
    this.#session.close();
  }

  async *#content(path: string, length: number): AsyncGenerator<Uint8Array, void, undefined> {
    const hash = createHash('sha256');
    let whole = false;
    try {
      for await (const piece of this.#reader.bytes(length)) {
        hash.update(piece);
        yield piece;
      }
      const trailer = trailerSchema.safeParse(await this.line());
      if (!trailer.success || trailer.data.length !== length || trailer.data.sha256 !== hash.digest('hex')) {
        throw notAsSent(path);
      }
      whole = true;
    } catch (error) {
      throw await programFailure(error, this.#session, `file ${path}`);
    } finally {
      this.#reading = false;
      // What is left would be taken for the next answer.
      if (!whole) this.#session.close();
    }
  }
}

function refused({ error, message }: z.output<typeof refusalSchema>): SlipwayError {
  const words = `${message.charAt(0).toUpperCase()}${message.slice(1).replace(/\.$/, '')}.`;
  if (error === 'artifact.notFound') return new SlipwayError(error, words, { action: 'List the files of the run.' });
  if (error === 'path.refused') return new SlipwayError(error, words, { action: 'Name a file inside the run.' });
  return new SlipwayError('cluster.protocol', words);
}

function notAsSent(path: string): SlipwayError {
  return new SlipwayError('cluster.protocol', `${path} did not arrive as it was sent: length or SHA-256 is wrong.`, {
    action: 'Try again.',
  });
}
