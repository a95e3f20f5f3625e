/** A line without its line end. */
export interface ByteLine {
  readonly bytes: Uint8Array;
  /** True for a part of a line longer than the limit: what follows is its continuation. */
  readonly partial: boolean;
}

const newline = 10;

/**
 * Cuts a stream of bytes into lines at `\n`, however it arrives. A line of up to `maxBytes` comes whole; a longer one in
 * parts of exactly `maxBytes`, of which all but the last are marked. Holds at most `maxBytes`.
 */
export class LineSplitter {
  readonly #maxBytes: number;
  #parts: Uint8Array[] = [];
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes held of a line that has not ended. */
  get pending(): number {
    return this.#length;
  }

  /** Takes the next bytes and gives the lines that they complete. */
  push(chunk: Uint8Array): ByteLine[] {
    const lines: ByteLine[] = [];
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      this.#hold(chunk.subarray(start, end), lines);
      lines.push({ bytes: this.#take(), partial: false });
      start = end + 1;
    }
    // Kept for later, so a copy: the chunk may be a view of a buffer that its owner uses again.
    if (start < chunk.length) this.#hold(chunk.slice(start), lines);
    return lines;
  }

  /** The end of the stream: gives the last line where it has no line end. */
  end(): ByteLine[] {
    return this.#length === 0 ? [] : [{ bytes: this.#take(), partial: false }];
  }

  #hold(piece: Uint8Array, lines: ByteLine[]): void {
    let rest = piece;
    // Only when more is sure to come is a full line known to be too long.
    while (this.#length + rest.length > this.#maxBytes) {
      const room = this.#maxBytes - this.#length;
      this.#add(rest.subarray(0, room));
      rest = rest.subarray(room);
      lines.push({ bytes: this.#take(), partial: true });
    }
    this.#add(rest);
  }

  #add(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#parts.push(piece);
    this.#length += piece.length;
  }

  #take(): Uint8Array {
    const [only] = this.#parts;
    const whole = this.#parts.length === 1 && only !== undefined ? only : concat(this.#parts, this.#length);
    this.#parts = [];
    this.#length = 0;
    return whole;
  }
}

function concat(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
