import type { Clock } from '../../../../kubernetes/index.ts';
import { SlipwayError } from '../../../../protocol/index.ts';
import { AnswerWatch } from './answerWatch.ts';

const newline = 10;

/** Limits of waiting for a peer that was asked something, ms. */
export interface AnswerPatience {
  /** For the first line of an answer. */
  readonly answerMs: number;
  /** Between two pieces of a file. */
  readonly pieceMs: number;
}

/**
 * Reads answers of the verb `files` from its output: a JSON line each, and as many bytes as it says. One answer at a time; the
 * bytes of one have to be taken before the next line.
 */
export class AnswerReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #clock: Clock;
  readonly #patience: AnswerPatience;
  #rest: Uint8Array = new Uint8Array();

  constructor(output: AsyncIterable<Uint8Array>, clock: Clock, patience: AnswerPatience) {
    this.#chunks = output[Symbol.asyncIterator]();
    this.#clock = clock;
    this.#patience = patience;
  }

  /**
   * The next line as an object; undefined at the end of the output.
   * @throws SlipwayError `cluster.protocol` for what is none, `cluster.unreachable` when it takes too long
   */
  async line(maxBytes: number, signal: AbortSignal): Promise<Partial<Record<string, unknown>> | undefined> {
    const parts: Uint8Array[] = [];
    let length = 0;
    const watch = this.#watch(this.#patience.answerMs, signal);
    try {
      while (true) {
        const chunk = await this.#take(watch);
        if (chunk === undefined) return undefined;
        const end = chunk.indexOf(newline);
        const part = end < 0 ? chunk : chunk.subarray(0, end);
        length += part.length;
        if (length > maxBytes) throw noAnswer('more than an answer may have');
        parts.push(part);
        if (end < 0) continue;
        this.#rest = chunk.subarray(end + 1);
        return parseObject(Buffer.concat(parts));
      }
    } finally {
      watch.stop();
    }
  }

  /** Up to `length` bytes, in pieces as they come; fewer where the output ends. */
  async *bytes(length: number, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    const watch = this.#watch(this.#patience.pieceMs, signal);
    try {
      for (let left = length; left > 0;) {
        const chunk = await this.#take(watch);
        if (chunk === undefined) return;
        const piece = chunk.subarray(0, left);
        this.#rest = chunk.subarray(piece.length);
        left -= piece.length;
        yield piece;
      }
    } finally {
      watch.stop();
    }
  }

  #watch(patienceMs: number, signal: AbortSignal): AnswerWatch {
    return new AnswerWatch(this.#clock, patienceMs, signal, tooLate);
  }

  async #take(watch: AnswerWatch): Promise<Uint8Array | undefined> {
    return watch.piece(async () => {
      const rest = this.#rest;
      this.#rest = new Uint8Array();
      if (rest.length > 0) return rest;
      while (true) {
        const next = await this.#chunks.next();
        if (next.done === true) return undefined;
        if (next.value.length > 0) return next.value;
      }
    });
  }
}

function parseObject(line: Buffer): Partial<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Said below.
  }
  throw noAnswer('a line that is no answer');
}

function noAnswer(what: string): SlipwayError {
  return new SlipwayError('cluster.protocol', `The helper that reads the run's files sent ${what}.`, {
    action: 'Look at the image: something in it prints before or between what the helper sends.',
  });
}

function tooLate(ms: number): SlipwayError {
  return new SlipwayError(
    'cluster.unreachable',
    `The run's files could not be read: the pod said nothing for ${ms / 1000} s.`,
    {
      action: 'Try again; if it stays so, check whether the pod and its volume still work.',
    },
  );
}
