/** Reads numbers of bytes from pieces as they come. */
export class ByteSource {
  readonly #pieces: AsyncIterator<Buffer>;
  #held: Buffer[] = [];
  #bytes = 0;

  constructor(pieces: AsyncIterable<Buffer>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** Exactly so many bytes; undefined where the end comes before. */
  async take(count: number): Promise<Buffer | undefined> {
    while (this.#bytes < count) if (!(await this.#more())) return undefined;
    return this.#cut(count);
  }

  /** Drops everything up to the end of a mark. @returns false where it does not come within `most` bytes */
  async skipPast(mark: Buffer, most: number): Promise<boolean> {
    let seen = Buffer.alloc(0);
    while (seen.length <= most) {
      const at = seen.indexOf(mark);
      if (at >= 0) {
        const rest = seen.subarray(at + mark.length);
        this.#held.unshift(rest);
        this.#bytes += rest.length;
        return true;
      }
      if (this.#bytes === 0 && !(await this.#more())) return false;
      seen = Buffer.concat([seen, this.#cut(this.#bytes)]);
    }
    return false;
  }

  async #more(): Promise<boolean> {
    const next = await this.#pieces.next();
    if (next.done === true) return false;
    this.#held.push(next.value);
    this.#bytes += next.value.length;
    return true;
  }

  #cut(count: number): Buffer {
    const [first] = this.#held;
    this.#bytes -= count;
    if (first !== undefined && first.length > count) {
      this.#held[0] = first.subarray(count);
      return first.subarray(0, count);
    }
    const taken: Buffer[] = [];
    let missing = count;
    for (const piece of this.#held) {
      if (missing === 0) break;
      taken.push(piece.subarray(0, missing));
      missing -= Math.min(missing, piece.length);
    }
    let gone = count;
    while (gone > 0 && this.#held[0] !== undefined) {
      const [head] = this.#held;
      if (head.length <= gone) {
        gone -= head.length;
        this.#held.shift();
      } else {
        this.#held[0] = head.subarray(gone);
        gone = 0;
      }
    }
    return taken.length === 1 && taken[0] !== undefined ? taken[0] : Buffer.concat(taken);
  }
}

/** As much as goes into eight packets of SSH. */
const writeBytes = 262_144;

/** Collects small pieces into large writes, one at a time. */
export class Outbox {
  readonly #write: (data: Uint8Array) => Promise<void>;
  #held: Uint8Array[] = [];
  #bytes = 0;
  #flushing: Promise<void> | undefined;
  #failure: unknown;
  readonly #most: number;

  /** @param most bytes that are held before `room` waits */
  constructor(write: (data: Uint8Array) => Promise<void>, most = 1_048_576) {
    this.#write = write;
    this.#most = most;
  }

  add(...pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) {
      this.#held.push(piece);
      this.#bytes += piece.length;
    }
    this.#flushing ??= this.#flush();
  }

  /** Resolves when there is room for more. @throws what writing failed with */
  async room(): Promise<void> {
    while (this.#bytes > this.#most && this.#flushing !== undefined) await this.#flushing;
    if (this.#failure !== undefined)
      throw this.#failure instanceof Error ? this.#failure : new Error('Writing failed.');
  }

  async #flush(): Promise<void> {
    // What is added in this turn of the loop goes together.
    await new Promise((resolve) => setImmediate(resolve));
    try {
      while (this.#held.length > 0) {
        const some = this.#held.splice(0);
        this.#bytes = 0;
        for (const data of joined(some)) await this.#write(data);
      }
    } catch (error) {
      this.#failure = error;
      this.#held = [];
      this.#bytes = 0;
    } finally {
      this.#flushing = undefined;
    }
  }
}

/** Small pieces become one write with what comes behind them; large ones are not copied for it. */
function* joined(pieces: readonly Uint8Array[]): Generator<Uint8Array> {
  let some: Uint8Array[] = [];
  let bytes = 0;
  for (const piece of pieces) {
    some.push(piece);
    bytes += piece.length;
    if (bytes < writeBytes) continue;
    yield some.length === 1 ? piece : Buffer.concat(some);
    some = [];
    bytes = 0;
  }
  if (some.length > 0) yield Buffer.concat(some);
}

/** Four bytes, big endian. */
export function numberFrame(value: number): Buffer {
  const frame = Buffer.allocUnsafe(4);
  frame.writeUInt32BE(value);
  return frame;
}

export function messageFrame(message: object): Buffer {
  const text = JSON.stringify(message);
  const length = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(4 + length);
  frame.writeUInt32BE(length);
  frame.write(text, 4);
  return frame;
}
