import { SlipwayError } from '../protocol/index.ts';

/** Longest frame in bytes, without its line end. A peer that sends more is cut off. */
export const frameLimitBytes = 64 * 1024 * 1024;

const lineFeed = 0x0a;

/**
 * Cuts a byte stream into frames: one JSON value a line, UTF-8. Empty lines are skipped. Bytes are decoded only once a
 * frame is whole, so that a character may be cut anywhere by the transport.
 */
export class FrameDecoder {
  readonly #limitBytes: number;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;

  constructor(limitBytes: number = frameLimitBytes) {
    this.#limitBytes = limitBytes;
  }

  /**
   * The texts of the frames that `chunk` completes, one by one, so that those before a broken one still arrive.
   * @throws SlipwayError `protocol.invalid` when a frame is longer than the limit or is not UTF-8; the decoder is of no
   * use afterwards.
   */
  *push(chunk: Uint8Array): Generator<string> {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      this.#keep(chunk.subarray(start, end));
      start = end + 1;
      const text = this.#take();
      if (text.trim() !== '') yield text;
    }
    this.#keep(chunk.subarray(start));
  }

  #keep(part: Uint8Array): void {
    if (part.length === 0) return;
    this.#pendingBytes += part.length;
    if (this.#pendingBytes > this.#limitBytes) {
      throw new SlipwayError('protocol.invalid', `A message is longer than the ${this.#limitBytes} bytes allowed.`, {
        action: 'Send less at once; large files travel by files/read in pieces.',
      });
    }
    this.#pending.push(part);
  }

  #take(): string {
    const only = this.#pending.length === 1 ? this.#pending[0] : undefined;
    const bytes = only ?? joined(this.#pending, this.#pendingBytes);
    this.#pending = [];
    this.#pendingBytes = 0;
    try {
      return this.#decoder.decode(bytes);
    } catch (cause) {
      throw new SlipwayError('protocol.invalid', 'A message is not UTF-8 text.', { cause });
    }
  }
}

/** The bytes of one frame with its line end. JSON text never holds a raw line feed. */
export function encodeFrame(message: object): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(message)}\n`);
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}
