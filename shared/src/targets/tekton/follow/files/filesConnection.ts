import { createHash } from 'node:crypto';
import type { Clock } from '../../../../kubernetes/index.ts';
import { SlipwayError } from '../../../../protocol/index.ts';
import type { ByteRange, OpenedFile } from '../../../runTarget.ts';
import { helperFailed } from '../live/followSession.ts';
import type { RemoteProcess } from '../remoteProcess.ts';
import { AnswerReader, type AnswerPatience } from './answerReader.ts';

const patience: AnswerPatience = { answerMs: 120_000, pieceMs: 60_000 };
/** A list of 10,000 artifacts has some 3 MB. */
const longestAnswerBytes = 64 * 1024 * 1024;
/**
 * What may be on its way: so much is read in vain where a file is given up or this machine goes away, for the kubelet then takes
 * what the helper still sends. At 0.1 s there and back it lets 80 MB a second come.
 */
const windowBytes = 8 * 1024 * 1024;
/** A file that was opened and is not read keeps a connection only for so long. */
const unreadMs = 60_000;

export type FilesAnswer = Partial<Record<string, unknown>>;

/** The cause where the pod, or the connection to it, ended before it answered. What only reads may be asked again of another. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
}

/** What the shell adds to the number of a signal: a container that ends takes its programs along. */
const endedBySignal = 128;

/** A file on its way. */
interface Sending {
  readonly path: string;
  /** Bytes. */
  readonly length: number;
  /** Whether the helper waits to be told what was taken. */
  readonly tells: boolean;
}

/** One connection to the verb `files`: one request at a time. Broken by what goes wrong, and of no use then. */
export class FilesConnection {
  readonly #process: RemoteProcess;
  readonly #answers: AnswerReader;
  readonly #clock: Clock;
  #broken = false;

  constructor(process: RemoteProcess, clock: Clock) {
    this.#process = process;
    this.#clock = clock;
    this.#answers = new AnswerReader(process.output, clock, patience);
    void process.ended.then(() => {
      this.#broken = true;
    });
  }

  get broken(): boolean {
    return this.#broken;
  }

  /** Asks for something that is answered in a line. @throws SlipwayError `cluster.*`, or the error that the answer names */
  async ask(request: object, signal: AbortSignal): Promise<FilesAnswer> {
    return this.#breaking(signal, async () => {
      await this.#say(request);
      return this.#nextLine(signal);
    });
  }

  /**
   * Asks for something that is answered in lines, the last of which has `end`.
   * @throws SlipwayError `cluster.*`
   */
  async *askLines(request: object, signal: AbortSignal): AsyncGenerator<FilesAnswer, void, undefined> {
    let answer = await this.ask(request, signal);
    let whole = false;
    try {
      while (answer.end === undefined && answer.error === undefined) {
        yield answer;
        answer = await this.#breaking(signal, () => this.#nextLine(signal));
      }
      whole = true;
    } finally {
      // Given up in the middle: what is still to come cannot be told from the next answer.
      if (!whole) this.close();
    }
  }

  /**
   * Opens a file. The content has its length only when all of it came and its SHA-256 is that of what was sent. `done` is called once
   * it was read to its end, failed, or was given up.
   * @throws SlipwayError `artifact.notFound`, `path.refused`, `cluster.*`
   */
  async open(path: string, range: ByteRange | undefined, done: () => void, signal: AbortSignal): Promise<OpenedFile> {
    const asked = range === undefined ? {} : { start: range.start, end: range.end };
    const answer = await this.ask({ read: path, ...asked, checksum: true, window: windowBytes }, signal);
    const { bytes, length } = checkedSizes(refused(answer, path), range, path);
    // A run keeps the helper that it was made with: an older one sends all at once, and would take the telling for a request.
    const tells = answer.window === windowBytes;
    const content = this.#content({ path, length, tells }, done, signal);
    return { bytes, content };
  }

  close(): void {
    this.#broken = true;
    this.#process.destroy();
  }

  #content(file: Sending, done: () => void, signal: AbortSignal): AsyncIterable<Uint8Array> {
    let begun = false;
    const unread = new AbortController();
    this.#clock.sleep(unreadMs, unread.signal).then(
      () => {
        begun = true;
        this.close();
        done();
      },
      () => undefined, // Begun in time.
    );
    const begin = (): AsyncGenerator<Uint8Array> => {
      unread.abort();
      if (begun) throw new SlipwayError('internal', `${file.path} was opened and not read in time, or read twice.`);
      begun = true;
      return this.#pieces(file, done, signal);
    };
    return { [Symbol.asyncIterator]: begin };
  }

  async *#pieces(file: Sending, done: () => void, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { path, length, tells } = file;
    const hash = createHash('sha256');
    let read = 0;
    let told = 0;
    let whole = false;
    // Held back until the checksum is known: who was told the length takes a file for whole that has it.
    let last: Uint8Array = new Uint8Array();
    try {
      for await (const piece of this.#answers.bytes(length, signal)) {
        hash.update(piece);
        if (last.length > 0) yield last;
        last = piece;
        read += piece.length;
        if (!tells || read - told < windowBytes / 4 || read === length) continue;
        told = read;
        await this.#say({ taken: read });
      }
      if (read < length) throw interrupted(path, read, length, (await this.#process.ended).words);
      const sent = await this.#nextLine(signal);
      if (sent.length !== length || sent.sha256 !== hash.digest('hex')) throw notAsSent(path);
      whole = true;
      if (last.length > 0) yield last;
    } finally {
      // Given up in the middle: what is still to come cannot be told from the next answer.
      if (!whole) this.close();
      done();
    }
  }

  /** How it ended, where it has, is told by what comes of it. */
  async #say(line: object): Promise<void> {
    await this.#process.send(Buffer.from(`${JSON.stringify(line)}\n`)).catch(() => undefined);
  }

  async #nextLine(signal: AbortSignal): Promise<FilesAnswer> {
    const answer = await this.#answers.line(longestAnswerBytes, signal);
    if (answer === undefined) throw await this.#endedEarly();
    return answer;
  }

  async #breaking<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    const stop = (): void => this.close();
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await work();
    } catch (error) {
      this.close();
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async #endedEarly(): Promise<SlipwayError> {
    const { exitCode, words } = await this.#process.ended;
    if (exitCode !== undefined && exitCode !== 0 && exitCode < endedBySignal) return helperFailed(exitCode, words);
    return new SlipwayError(
      'cluster.unreachable',
      `The connection to the run's files broke${words === '' ? '' : `: ${words}`}`,
      { action: 'Try again.', cause: new Unanswered(words) },
    );
  }
}

/** Words of our own: what the pod says may be anything. @throws SlipwayError where the answer is a refusal */
function refused(answer: FilesAnswer, path: string): FilesAnswer {
  switch (answer.error) {
    case undefined:
      return answer;
    case 'path.refused':
      throw new SlipwayError('path.refused', `The path ${JSON.stringify(path)} leads out of the run's folder.`, {
        action: 'Name a file relative to the run, such as output/report.html.',
      });
    case 'artifact.notFound':
      throw new SlipwayError('artifact.notFound', `The run has no file ${JSON.stringify(path)}.`, {
        action: 'List the artifacts to see what it left.',
      });
    default:
      throw new SlipwayError(
        'artifact.unreadable',
        `${JSON.stringify(path)} could not be read: ${said(answer.message)}`,
        {
          action: 'Try again; if it stays so, look at the volume.',
        },
      );
  }
}

function said(message: unknown): string {
  return typeof message === 'string' ? message.replaceAll(/\s+/g, ' ').slice(0, 300) : 'the pod did not say why';
}

function checkedSizes(
  { bytes, length }: FilesAnswer,
  range: ByteRange | undefined,
  path: string,
): { readonly bytes: number; readonly length: number } {
  const asked = range === undefined ? Number.MAX_SAFE_INTEGER : Math.max(0, range.end - range.start);
  if (isCount(bytes) && isCount(length) && length <= bytes && length <= asked) return { bytes, length };
  throw new SlipwayError(
    'cluster.protocol',
    `The helper in the pod gave no sensible size for ${JSON.stringify(path)}.`,
  );
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function notAsSent(path: string): SlipwayError {
  return new SlipwayError(
    'cluster.protocol',
    `${JSON.stringify(path)} did not arrive as it was sent: length or SHA-256 is wrong.`,
    { action: 'Try again.' },
  );
}

function interrupted(path: string, read: number, length: number, words: string): SlipwayError {
  const why = words === '' ? 'the connection broke' : words;
  return new SlipwayError(
    'cluster.unreachable',
    `Reading ${JSON.stringify(path)} was interrupted after ${read} of ${length} bytes: ${why}`,
    { action: 'Read it again; what came so far is not the whole file.' },
  );
}
