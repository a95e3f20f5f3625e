import { isUtf8 } from 'node:buffer';
import type { LogBatch } from '../protocol/index.ts';
import { cutAtCharacter } from './logBytes.ts';
import type { LogPiece, TimeMark } from './logMerge.ts';

/** Bytes in a batch at most (ARCHITECTURE "log chunks"). */
export const maxBatchBytes = 65_536;

/**
 * Cuts a piece of log into batches: at line ends, inside a line only where it is longer than a batch, inside a character
 * never while the bytes are UTF-8. `times` are the step's marks that cover the piece.
 */
export function toBatches(piece: LogPiece, times: readonly TimeMark[]): LogBatch[] {
  const batches: LogBatch[] = [];
  const marks = new MarkReader(times);
  const { step, bytes } = piece;
  for (let start = 0; start < bytes.length;) {
    const end = batchEnd(bytes, start);
    const slice = bytes.subarray(start, end);
    const offset = piece.offset + start;
    const text = isUtf8(slice);
    batches.push({
      step,
      offset,
      length: slice.length,
      encoding: text ? 'utf8' : 'base64',
      data: slice.toString(text ? 'utf8' : 'base64'),
      times: marks.between(offset, offset + slice.length),
    });
    start = end;
  }
  return batches;
}

function batchEnd(bytes: Buffer, start: number): number {
  const limit = start + maxBatchBytes;
  if (limit >= bytes.length) return bytes.length;
  const lines = bytes.lastIndexOf(10, limit - 1) + 1;
  return lines > start ? lines : cutAtCharacter(bytes, start, limit);
}

/** Hands out the marks of consecutive ranges. */
class MarkReader {
  readonly #marks: readonly TimeMark[];
  #first = 0;

  constructor(marks: readonly TimeMark[]) {
    this.#marks = marks;
  }

  /** The last mark at or before `start`, and those up to `end`. Ranges come in ascending order. */
  between(start: number, end: number): [number, number][] {
    while ((this.#marks[this.#first + 1]?.[0] ?? Infinity) <= start) this.#first += 1;
    const found: [number, number][] = [];
    for (let index = this.#first; (this.#marks[index]?.[0] ?? Infinity) < end; index += 1) {
      const mark = this.#marks[index];
      if (mark !== undefined) found.push([mark[0], mark[1]]);
    }
    return found;
  }
}
