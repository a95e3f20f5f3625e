import { SlipwayError } from '../../../../protocol/index.ts';

const newline = 10;
const space = 32;
/** `2006-01-02T15:04:05.000000000+07:00` */
const longestStampBytes = 36;
const stampForm = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** Bytes of a log that were written at one millisecond, or a part of them. */
export interface TimedBytes {
  /** Epoch ms. */
  readonly time: number;
  readonly bytes: Uint8Array;
}

/**
 * Takes the times off a log that was read with timestamps, byte for byte: what is left is the log, to the missing line end of
 * its last line. Pure and incremental.
 */
export class TimestampStripper {
  /** What came of a line whose timestamp is not whole. */
  #start: Uint8Array = new Uint8Array();
  #inLine = false;
  #time = 0;
  /** The last timestamp's seconds, and what they are. */
  #second = { text: '', ms: 0 };

  /** @throws SlipwayError `cluster.protocol` where a line has no timestamp: then it is not of the log */
  push(chunk: Uint8Array): TimedBytes[] {
    const pieces: { time: number; parts: Uint8Array[] }[] = [];
    let rest = this.#inLine ? chunk : join(this.#start, chunk);
    this.#start = new Uint8Array();
    while (rest.length > 0) {
      if (!this.#inLine) {
        const end = rest.subarray(0, longestStampBytes).indexOf(space);
        if (end < 0 && rest.length < longestStampBytes && !rest.includes(newline)) {
          this.#start = rest.slice();
          break;
        }
        this.#time = this.#parse(end < 0 ? rest.subarray(0, longestStampBytes) : rest.subarray(0, end));
        rest = rest.subarray(end + 1);
        this.#inLine = true;
        continue;
      }
      const end = rest.indexOf(newline) + 1;
      const part = end === 0 ? rest : rest.subarray(0, end);
      const last = pieces.at(-1);
      if (last?.time === this.#time) last.parts.push(part);
      else pieces.push({ time: this.#time, parts: [part] });
      rest = rest.subarray(part.length);
      if (end > 0) this.#inLine = false;
    }
    return pieces.map(({ time, parts }) => ({
      time,
      bytes: parts.length === 1 ? (parts[0] ?? chunk) : Buffer.concat(parts),
    }));
  }

  /** The end of the log. @throws SlipwayError `cluster.protocol` where it ends inside a timestamp */
  end(): void {
    if (this.#start.length > 0) throw noTimestamp();
  }

  #parse(bytes: Uint8Array): number {
    const match = stampForm.exec(Buffer.from(bytes).toString('latin1'));
    if (match === null) throw noTimestamp();
    const [, second = '', fraction = '', zone = ''] = match;
    const text = `${second}${zone}`;
    if (text !== this.#second.text) this.#second = { text, ms: Date.parse(text) };
    if (Number.isNaN(this.#second.ms)) throw noTimestamp();
    return this.#second.ms + Number(fraction.padEnd(3, '0').slice(0, 3));
  }
}

function join(start: Uint8Array, chunk: Uint8Array): Uint8Array {
  return start.length === 0 ? chunk : Buffer.concat([start, chunk]);
}

function noTimestamp(): SlipwayError {
  return new SlipwayError('cluster.protocol', 'The node gave something that is not the log of the container.');
}
