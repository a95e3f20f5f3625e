/** The peer's output ended before its answer was whole. */
export class AnswerCut extends Error {}

const newline = 10;

/** Reads what a program answers: lines of JSON. Pulls no further than it is asked. */
export class AnswerReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(output: AsyncIterable<Uint8Array>) {
    this.#chunks = output[Symbol.asyncIterator]();
  }

  /** The next line as JSON. @throws AnswerCut; SyntaxError for what is no JSON; RangeError for a line over `maxBytes` */
  async json(maxBytes: number): Promise<unknown> {
    const parts: Uint8Array[] = [];
    let size = 0;
    while (true) {
      const chunk = await this.#next();
      const end = chunk.indexOf(newline);
      const part = end < 0 ? chunk : chunk.subarray(0, end);
      size += part.length;
      if (size > maxBytes) throw new RangeError(`a line of the answer is longer than ${maxBytes} bytes`);
      parts.push(part);
      if (end < 0) continue;
      this.#rest = chunk.subarray(end + 1);
      return JSON.parse(Buffer.concat(parts).toString('utf8'));
    }
  }

  async #next(): Promise<Uint8Array> {
    if (this.#rest.length > 0) {
      const rest = this.#rest;
      this.#rest = new Uint8Array(0);
      return rest;
    }
    const next = await this.#chunks.next();
    if (next.done === true) throw new AnswerCut('the answer ended too early');
    return next.value;
  }
}
