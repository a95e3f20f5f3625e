const newline = 10;
/** A line of progress is some hundred bytes; what is longer is not one. */
const longestLineBytes = 1024 * 1024;
/** Programs of the user's may write the file too; more of it is not kept in memory. */
const mostBytes = 32 * 1024 * 1024;

/** The whole lines of a growing file, as text, in a list that only grows. Lines that are too long are left out. */
export class LineList {
  readonly #lines: string[] = [];
  #rest: Uint8Array = new Uint8Array();
  #skipping = false;
  #bytes = 0;

  get lines(): readonly string[] {
    return this.#lines;
  }

  push(chunk: Uint8Array): void {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      this.#take(chunk.subarray(start, end));
      start = end + 1;
    }
    this.#hold(chunk.subarray(start));
  }

  #take(part: Uint8Array): void {
    this.#hold(part);
    if (!this.#skipping && this.#rest.length > 0) {
      this.#bytes += this.#rest.length;
      if (this.#bytes <= mostBytes) this.#lines.push(Buffer.from(this.#rest).toString('utf8'));
    }
    this.#rest = new Uint8Array();
    this.#skipping = false;
  }

  #hold(part: Uint8Array): void {
    if (part.length === 0 || this.#skipping) return;
    if (this.#rest.length + part.length > longestLineBytes) {
      this.#skipping = true;
      this.#rest = new Uint8Array();
      return;
    }
    this.#rest = Buffer.concat([this.#rest, part]);
  }
}
