import type { StepName } from '../protocol/index.ts';
import { cutAtCharacter } from './logBytes.ts';

/** [byte offset in the step's log, epoch ms]. */
export type TimeMark = readonly [number, number];

/** What is at hand of one step's log, from where its reader stands. */
export interface StepStream {
  readonly step: StepName;
  /** Byte offset of `bytes` in the step's log. */
  readonly offset: number;
  readonly bytes: Buffer;
  /** Ascending; the first one at or before `offset` where the target has one. */
  readonly times: readonly TimeMark[];
  /** True when further bytes of this step exist already, beyond `bytes`. */
  readonly more: boolean;
  /** True when `offset` is inside a line. */
  readonly midLine: boolean;
}

/** A contiguous piece of one step's log, in merged order. */
export interface LogPiece {
  readonly step: StepName;
  readonly offset: number;
  readonly bytes: Buffer;
}

const newline = 10;

/**
 * Merges step logs line by line, by time; lines of equal time come in the order of `streams`, and a step's own bytes
 * never change their order. Pure. Gives at most `maxBytes`, cut at line ends except for a line that is longer than what
 * is at hand; such a line's rest comes first the next time. What it leaves is found again at `offset + bytes.length`
 * of the last piece of each step, so that any sequence of `maxBytes` and buffers gives the same bytes in the same order.
 */
export function mergeStreams(streams: readonly StepStream[], maxBytes: number): LogPiece[] {
  const cursors = streams.map((stream) => new Cursor(stream));
  const pieces: LogPiece[] = [];
  let room = maxBytes;
  while (room > 0) {
    const first = earliest(cursors);
    // A step that has more than was read may hold an earlier line: it has to be read on before the merge can.
    if (first === undefined || cursors.some((cursor) => cursor.starved)) break;
    const others = cursors.filter((cursor) => cursor !== first);
    const piece = first.take(room, others, pieces.length === 0);
    if (piece === undefined) break;
    append(pieces, piece);
    room -= piece.bytes.length;
  }
  return pieces;
}

function earliest(cursors: readonly Cursor[]): Cursor | undefined {
  let best: Cursor | undefined;
  for (const cursor of cursors) {
    if (!cursor.empty && (best === undefined || cursor.time < best.time)) best = cursor;
  }
  return best;
}

function append(pieces: LogPiece[], piece: LogPiece): void {
  const last = pieces.at(-1);
  if (last?.step !== piece.step) {
    pieces.push(piece);
    return;
  }
  // Both are views of one buffer, side by side.
  const { buffer, byteOffset } = last.bytes;
  pieces[pieces.length - 1] = {
    ...last,
    bytes: Buffer.from(buffer, byteOffset, last.bytes.length + piece.bytes.length),
  };
}

/** A reader's place in one stream. */
class Cursor {
  readonly #stream: StepStream;
  #at = 0;
  #midLine: boolean;

  constructor(stream: StepStream) {
    this.#stream = stream;
    this.#midLine = stream.midLine;
  }

  get empty(): boolean {
    return this.#at >= this.#stream.bytes.length;
  }

  get starved(): boolean {
    return this.empty && this.#stream.more;
  }

  /** Time of the line at the cursor; the rest of a line that was begun comes before everything. */
  get time(): number {
    return this.#midLine ? -Infinity : this.#timeAt(this.#stream.offset + this.#at);
  }

  /** Takes the lines that come before those of `others`, or as much of them as fits. */
  take(room: number, others: readonly Cursor[], mayCutLine: boolean): LogPiece | undefined {
    const { bytes, more } = this.#stream;
    const limit = Math.min(this.#at + room, bytes.length);
    let end = Math.min(this.#runEnd(others), limit);
    const whole = bytes.lastIndexOf(newline, end - 1) + 1;
    const complete = end === bytes.length && !more;
    if (whole > this.#at) end = complete ? end : whole;
    else if (!complete) {
      if (!mayCutLine) return undefined;
      end = cutAtCharacter(bytes, this.#at, end);
    }
    return this.#advance(end);
  }

  #advance(end: number): LogPiece {
    const { step, offset, bytes } = this.#stream;
    const piece = { step, offset: offset + this.#at, bytes: bytes.subarray(this.#at, end) };
    this.#midLine = bytes[end - 1] !== newline;
    this.#at = end;
    return piece;
  }

  /** Where the lines end that come before every line of `others`, as an index of the buffer. */
  #runEnd(others: readonly Cursor[]): number {
    const { bytes, offset, times } = this.#stream;
    const waiting = others.filter((other) => !other.empty);
    if (waiting.length === 0) return bytes.length;
    if (this.#midLine) return this.#lineEnd(this.#at);
    const limit = Math.min(...waiting.map((other) => other.time));
    const own = this.time;
    for (const [markOffset, time] of times) {
      const index = markOffset - offset;
      // Equal times keep the turn here only while this step's own time stands: the order of steps decides ties anew.
      if (index > this.#at && time !== own && time >= limit) return this.#lineEnd(index - 1);
    }
    return bytes.length;
  }

  /** Index after the line that holds the byte at `index`. */
  #lineEnd(index: number): number {
    const end = this.#stream.bytes.indexOf(newline, index);
    return end < 0 ? this.#stream.bytes.length : end + 1;
  }

  #timeAt(at: number): number {
    const { times } = this.#stream;
    let time = times[0]?.[1] ?? 0;
    for (const [markOffset, markTime] of times) {
      if (markOffset > at) break;
      time = markTime;
    }
    return time;
  }
}
