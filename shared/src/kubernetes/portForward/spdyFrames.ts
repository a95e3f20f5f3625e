/**
 * SPDY/3.1 as far as a port-forward needs it: two streams that the client opens, no flow control, and no header of the other side that
 * matters (SPDY Protocol, draft 3.1, sections 2.2 to 2.6; the server's half is github.com/moby/spdystream).
 */

const headerBytes = 8;
const controlBit = 0x80_00;
const version = 3;
const types = { synStream: 1, synReply: 2, rstStream: 3, settings: 4, ping: 6, goAway: 7 } as const;
const finFlag = 0x01;

export type SpdyFrame =
  /** Part of what a data frame carries, as it comes. */
  | { readonly kind: 'data'; readonly stream: number; readonly bytes: Uint8Array }
  /** The other side has ended the stream. */
  | { readonly kind: 'end'; readonly stream: number }
  /** The other side took the stream that was opened. */
  | { readonly kind: 'reply'; readonly stream: number }
  | { readonly kind: 'reset'; readonly stream: number; readonly status: number }
  | { readonly kind: 'ping'; readonly id: number }
  | { readonly kind: 'goAway' }
  | { readonly kind: 'garbage' };

/**
 * Opens a stream. Its headers are not compressed: zlib's header with the checksum of SPDY's dictionary, then a stored block, and an empty
 * one, after which a reader knows that all is there.
 * @param isFirst the first stream of the connection: all headers of one go through one compressor
 */
export function synStreamFrame(
  stream: number,
  headers: Readonly<Record<string, string>>,
  { isFirst }: { readonly isFirst: boolean },
): Buffer {
  const pairs = Object.entries(headers).flatMap(([name, value]) => [counted(name), counted(value)]);
  const block = Buffer.concat([number32(Object.keys(headers).length), ...pairs]);
  const stored = Buffer.alloc(5);
  stored.writeUInt16LE(block.length, 1);
  stored.writeUInt16LE(~block.length & 0xff_ff, 3);
  const compressed = [isFirst ? zlibHeader : empty, stored, block, emptyStoredBlock];
  // The stream, none that it belongs to, no priority.
  return controlFrame(types.synStream, 0, [number32(stream), number32(0), Buffer.alloc(2), ...compressed]);
}

/** What comes before `bytes` of a stream. */
export function dataHeader(stream: number, bytes: number): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32BE(stream);
  header.writeUInt32BE(bytes, 4);
  return header;
}

/** As much as goes into one data frame. */
const mostDataBytes = 65_536;

/** Data frames of a stream for pieces as they are: headers, and the pieces between them without a copy. */
export function dataFrames(stream: number, pieces: readonly Uint8Array[]): Uint8Array[] {
  const written: Uint8Array[] = [];
  let frame: Uint8Array[] = [];
  let bytes = 0;
  const close = (): void => {
    if (bytes > 0) written.push(dataHeader(stream, bytes), ...frame);
    frame = [];
    bytes = 0;
  };
  for (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      const some = piece.subarray(at, at + mostDataBytes - bytes);
      frame.push(some);
      bytes += some.length;
      at += some.length;
      if (bytes === mostDataBytes) close();
    }
  }
  close();
  return written;
}

/** An empty data frame that ends our half of a stream. */
export function finFrame(stream: number): Buffer {
  const frame = dataHeader(stream, 0);
  frame[4] = finFlag;
  return frame;
}

/** Odd numbers are the client's; those of the server are sent back. */
export function pingFrame(id: number): Buffer {
  return controlFrame(types.ping, 0, [number32(id)]);
}

const empty = Buffer.alloc(0);
/** Deflate with a preset dictionary, and the Adler-32 of SPDY/3's. */
const zlibHeader = Buffer.from([0x78, 0xbb, 0xe3, 0xc6, 0xa7, 0xc2]);
const emptyStoredBlock = Buffer.from([0, 0, 0, 0xff, 0xff]);

function controlFrame(type: number, flags: number, parts: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt16BE(controlBit | version);
  header.writeUInt16BE(type, 2);
  header.writeUInt32BE(
    parts.reduce((total, { length }) => total + length, 0),
    4,
  );
  header[4] = flags;
  return Buffer.concat([header, ...parts]);
}

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function counted(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([number32(bytes.length), bytes]);
}

/** A control frame that is longer than this is not read. */
const maxControlBytes = 65_536;

/** Reads frames from pieces of any size. After garbage nothing more comes. */
export class SpdyFrameReader {
  readonly #header = Buffer.alloc(headerBytes);
  #headerFilled = 0;
  /** Of the frame's payload, bytes. */
  #missing = 0;
  #control: Buffer | undefined;
  #isGarbage = false;

  read(piece: Uint8Array): SpdyFrame[] {
    const frames: SpdyFrame[] = [];
    let at = 0;
    while (at < piece.length && !this.#isGarbage) {
      if (this.#headerFilled < headerBytes) {
        const some = piece.subarray(at, at + headerBytes - this.#headerFilled);
        this.#header.set(some, this.#headerFilled);
        this.#headerFilled += some.length;
        at += some.length;
        if (this.#headerFilled === headerBytes) this.#begin(frames);
      } else {
        const some = piece.subarray(at, at + this.#missing);
        at += some.length;
        this.#take(some, frames);
      }
    }
    return frames;
  }

  #begin(frames: SpdyFrame[]): void {
    this.#missing = this.#header.readUIntBE(5, 3);
    if (this.#isControl()) {
      const isKnown = this.#header.readUInt16BE() === (controlBit | version);
      if (!isKnown || this.#missing > maxControlBytes) {
        this.#isGarbage = true;
        frames.push({ kind: 'garbage' });
        return;
      }
      this.#control = Buffer.alloc(this.#missing);
    }
    if (this.#missing === 0) this.#finish(frames);
  }

  #take(bytes: Uint8Array, frames: SpdyFrame[]): void {
    if (this.#control === undefined) frames.push({ kind: 'data', stream: this.#header.readUInt32BE(), bytes });
    else this.#control.set(bytes, this.#control.length - this.#missing);
    this.#missing -= bytes.length;
    if (this.#missing === 0) this.#finish(frames);
  }

  #finish(frames: SpdyFrame[]): void {
    const isLast = ((this.#header[4] ?? 0) & finFlag) !== 0;
    if (this.#control !== undefined) {
      frames.push(...controlFrames(this.#header.readUInt16BE(2), this.#control, isLast));
      this.#isGarbage = frames.at(-1)?.kind === 'garbage';
    } else if (isLast) frames.push({ kind: 'end', stream: this.#header.readUInt32BE() });
    this.#control = undefined;
    this.#headerFilled = 0;
  }

  #isControl(): boolean {
    return ((this.#header[0] ?? 0) & 0x80) !== 0;
  }
}

function controlFrames(type: number, payload: Buffer, isLast: boolean): SpdyFrame[] {
  const numbers = Math.floor(payload.length / 4);
  const number = (index: number): number => payload.readUInt32BE(index * 4);
  if (type === types.goAway) return [{ kind: 'goAway' }];
  if (type === types.ping) return numbers < 1 ? [{ kind: 'garbage' }] : [{ kind: 'ping', id: number(0) }];
  if (type === types.rstStream) {
    return numbers < 2 ? [{ kind: 'garbage' }] : [{ kind: 'reset', stream: number(0), status: number(1) }];
  }
  if (type === types.synReply) {
    if (numbers < 1) return [{ kind: 'garbage' }];
    const stream = number(0);
    return isLast
      ? [
          { kind: 'reply', stream },
          { kind: 'end', stream },
        ]
      : [{ kind: 'reply', stream }];
  }
  // Settings, windows and what else a server may tell change nothing here.
  return [];
}
