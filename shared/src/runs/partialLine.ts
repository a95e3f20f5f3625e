import { cutAtCharacter } from './logBytes.ts';

const carriageReturn = 13;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** What is known of a line whose end has not come yet: what it shows since its last bare `\r`. */
export class PartialLine {
  /** Milliseconds since the epoch at which the line began. */
  readonly time: number;
  readonly #maxBytes: number;
  #chunks: (string | Uint8Array)[] = [];
  /** At least as many bytes as `#chunks` hold; exact once they were joined. */
  #bytes = 0;
  /** The content so far ends with `\r`: what follows begins anew, unless the line ends there. */
  #returned = false;

  constructor(time: number, maxBytes: number) {
    this.time = time;
    this.#maxBytes = maxBytes;
  }

  /** Takes more of the line, without line feeds; gives the parts that are full where it is too long for one. */
  add(content: string | Uint8Array): string[] {
    const bound = typeof content === 'string' ? content.length * 3 : content.length;
    if (this.#bytes + bound > this.#maxBytes) {
      return this.#addBytes(typeof content === 'string' ? encoder.encode(content) : content);
    }
    const { shown, restarted, returned } = lastFrame(content);
    if (restarted || (this.#returned && shown.length > 0)) this.#restart();
    this.#append(shown);
    this.#returned = returned || (this.#returned && shown.length === 0);
    return [];
  }

  /** What a terminal shows of it now. */
  text(): string {
    if (this.#chunks.every((chunk) => typeof chunk === 'string')) return this.#chunks.join('');
    return decoder.decode(this.#joined());
  }

  /** The exact way, frame by frame: the limit may be crossed in any of them. */
  #addBytes(bytes: Uint8Array): string[] {
    const parts: string[] = [];
    let start = 0;
    while (start < bytes.length) {
      const found = bytes.indexOf(carriageReturn, start);
      const end = found < 0 ? bytes.length : found;
      if (end > start) {
        if (this.#returned) this.#restart();
        this.#append(bytes.subarray(start, end));
        this.#cut(parts);
      }
      if (found >= 0) this.#returned = true;
      start = end + 1;
    }
    return parts;
  }

  #cut(parts: string[]): void {
    let rest = this.#joined();
    while (rest.length > this.#maxBytes) {
      const end = cutAtCharacter(rest, 0, this.#maxBytes);
      parts.push(decoder.decode(rest.subarray(0, end)));
      rest = rest.subarray(end);
    }
    this.#chunks = [rest];
    this.#bytes = rest.length;
  }

  #append(content: string | Uint8Array): void {
    if (content.length === 0) return;
    this.#chunks.push(content);
    this.#bytes += typeof content === 'string' ? content.length * 3 : content.length;
  }

  #restart(): void {
    this.#chunks = [];
    this.#bytes = 0;
    this.#returned = false;
  }

  #joined(): Uint8Array {
    const chunks = this.#chunks.map((chunk) => (typeof chunk === 'string' ? encoder.encode(chunk) : chunk));
    const joined = new Uint8Array(chunks.reduce((total, chunk) => total + chunk.length, 0));
    let at = 0;
    for (const chunk of chunks) {
      joined.set(chunk, at);
      at += chunk.length;
    }
    return joined;
  }
}

interface Frame<Content> {
  /** What stands after the last `\r` that is not at the end. */
  readonly shown: Content;
  /** True when such an `\r` hides what came before the content. */
  readonly restarted: boolean;
  /** True when the content ends with `\r`. */
  readonly returned: boolean;
}

/** What a terminal shows of a piece of line in which `\r` goes back to its beginning. */
export function lastFrame(content: string): Frame<string>;
export function lastFrame(content: string | Uint8Array): Frame<string | Uint8Array>;
export function lastFrame(content: string | Uint8Array): Frame<string | Uint8Array> {
  let end = content.length;
  while (end > 0 && isReturn(content, end - 1)) end -= 1;
  const found = end === 0 ? -1 : lastReturn(content, end - 1);
  return {
    shown: typeof content === 'string' ? content.slice(found + 1, end) : content.subarray(found + 1, end),
    restarted: found >= 0,
    returned: end < content.length,
  };
}

function isReturn(content: string | Uint8Array, index: number): boolean {
  return (typeof content === 'string' ? content.charCodeAt(index) : content[index]) === carriageReturn;
}

function lastReturn(content: string | Uint8Array, from: number): number {
  return typeof content === 'string' ? content.lastIndexOf('\r', from) : content.lastIndexOf(carriageReturn, from);
}
