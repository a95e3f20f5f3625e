import { LineSplitter } from '../bytes/lineSplitter.ts';

/** A line of up to 1 MiB comes whole; a longer one in parts. */
export const maxLogLineBytes = 1_048_576;

/** When a line was written, as the kubelet says it. */
export interface LogTimestamp {
  /** Epoch seconds. */
  readonly second: number;
  /** 0 to 999,999,999. */
  readonly nanosecond: number;
  /** As it was written, RFC 3339 with nanoseconds. */
  readonly text: string;
}

export type DecodedLine =
  | {
      readonly kind: 'line';
      readonly stamp: LogTimestamp;
      readonly bytes: Uint8Array;
      /** Bytes of this line in the parts before this one. */
      readonly offset: number;
      /** More of this line follows. */
      readonly partial: boolean;
    }
  /** What the kubelet itself says into the log, such as "unable to retrieve container logs". */
  | { readonly kind: 'notice'; readonly text: string };

const space = 32;
/** Longest form: `2006-01-02T15:04:05.000000000+07:00`. */
const maxStampBytes = 36;
const stampForm = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** Reads a log with timestamps, as `pods/log?timestamps=true` gives it, however it arrives. */
export class LogDecoder {
  readonly #splitter: LineSplitter;
  /** Of the line whose parts are coming. */
  #long: { readonly stamp: LogTimestamp; offset: number } | undefined;

  constructor(maxBytes = maxLogLineBytes) {
    this.#splitter = new LineSplitter(maxBytes + maxStampBytes);
  }

  push(chunk: Uint8Array): DecodedLine[] {
    return this.#splitter.push(chunk).map(({ bytes, partial }) => this.#line(bytes, partial));
  }

  /** The end of the log of a container that has ended: gives the last line where it has no line end. */
  end(): DecodedLine[] {
    return this.#splitter.end().map(({ bytes, partial }) => this.#line(bytes, partial));
  }

  #line(bytes: Uint8Array, partial: boolean): DecodedLine {
    const long = this.#long;
    if (long !== undefined) {
      const { stamp, offset } = long;
      long.offset += bytes.length;
      if (!partial) this.#long = undefined;
      return { kind: 'line', stamp, bytes, offset, partial };
    }
    const end = bytes.subarray(0, maxStampBytes).indexOf(space);
    const stamp = end < 0 ? parseStamp(ascii(bytes)) : parseStamp(ascii(bytes.subarray(0, end)));
    if (stamp === undefined) return { kind: 'notice', text: ascii(bytes.subarray(0, 500)) };
    const content = end < 0 ? bytes.subarray(bytes.length) : bytes.subarray(end + 1);
    if (partial) this.#long = { stamp, offset: content.length };
    return { kind: 'line', stamp, bytes: content, offset: 0, partial };
  }
}

function ascii(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

export function parseStamp(text: string): LogTimestamp | undefined {
  const match = stampForm.exec(text);
  if (match === null) return undefined;
  const [, seconds = '', fraction = '', zone = ''] = match;
  const time = Date.parse(`${seconds}${zone}`);
  if (Number.isNaN(time)) return undefined;
  return { second: time / 1_000, nanosecond: Number(fraction.padEnd(9, '0')), text };
}
