import type { SeenBytes } from './spool/spooledLog.ts';

const newline = 10;
/** A mark is some 25 bytes. */
const longestMarkBytes = 64;

/**
 * The times that a step has noted beside its log: lines "<byte offset> <epoch ms>". They tell when the log's bytes came, which
 * have to be taken in order. Anything may stand in the file; what is no mark, or does not ascend, is passed over.
 */
export class NotedTimes {
  // Two lists of numbers: there may be hundreds of thousands.
  readonly #offsets: number[] = [];
  readonly #times: number[] = [];
  #rest: Uint8Array = new Uint8Array();
  /** How many of the marks are at or before what was taken last. */
  #passed = 0;

  /** Takes a piece of the file. */
  push(chunk: Uint8Array): void {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      this.#take(joined(this.#rest, chunk.subarray(start, end)));
      this.#rest = new Uint8Array();
      start = end + 1;
    }
    // Of a line that is too long for a mark enough is kept to be none.
    this.#rest = joined(this.#rest, chunk.subarray(start)).slice(0, longestMarkBytes);
  }

  /** Cuts a piece of the log at the marks in it. */
  divide(offset: number, bytes: Uint8Array): SeenBytes[] {
    const pieces: SeenBytes[] = [];
    for (let start = offset; start < offset + bytes.length;) {
      while ((this.#offsets[this.#passed] ?? Infinity) <= start) this.#passed += 1;
      const end = Math.min(this.#offsets[this.#passed] ?? Infinity, offset + bytes.length);
      pieces.push({ bytes: bytes.subarray(start - offset, end - offset), time: this.#times[this.#passed - 1] });
      start = end;
    }
    return pieces;
  }

  #take(line: Uint8Array): void {
    if (line.length > longestMarkBytes) return;
    const match = /^(\d{1,15}) (\d{1,15})$/.exec(Buffer.from(line).toString('latin1'));
    if (match === null) return;
    const [offset, time] = [Number(match[1]), Number(match[2])];
    if (offset <= (this.#offsets.at(-1) ?? -1) || time <= (this.#times.at(-1) ?? -1)) return;
    this.#offsets.push(offset);
    this.#times.push(time);
  }
}

function joined(start: Uint8Array, end: Uint8Array): Uint8Array {
  return start.length === 0 ? end : Buffer.concat([start, end.subarray(0, longestMarkBytes + 1)]);
}
