import type { LogBatch, StepName } from '../../protocol/index.ts';

/** A line of the merged log as the view keeps it. */
export interface LogLine {
  readonly step: StepName;
  /** Epoch ms. */
  readonly time: number;
  /** Without its line end, with escapes; at most `longestShown` characters. */
  readonly text: string;
  /** Characters that were left out at the end. */
  readonly cut: number;
}

/** A line longer than that is shown in part: a cell that prints 10 MB without a line end must not freeze the view. */
export const longestShown = 8_000;

const newline = '\n';

/**
 * Makes lines of batches that come in order. The line that the last batch left open is the last of its lines, and grows
 * with the next one.
 */
export class LineReader {
  /** True while the last line given may still grow. */
  open = false;
  #last: LogLine | undefined;

  /**
   * @returns the new lines; with `continues` the first of them takes the place of the last one given before
   */
  read(batches: readonly LogBatch[]): { readonly lines: LogLine[]; readonly continues: boolean } {
    const lines: LogLine[] = [];
    const continues = this.open && batches.length > 0;
    for (const batch of batches) this.#readBatch(batch, lines);
    return { lines, continues };
  }

  #readBatch(batch: LogBatch, lines: LogLine[]): void {
    const text = batch.encoding === 'utf8' ? batch.data : decode(batch.data);
    const times = new Times(batch, text);
    let start = 0;
    while (start < text.length) {
      const end = text.indexOf(newline, start);
      const isWhole = end >= 0;
      const stop = isWhole ? end : text.length;
      const line = this.#line(batch.step, text, start, stop, times.at(start));
      // Within one call the line that an earlier batch left open is already among the lines.
      if (this.open && lines.length > 0) lines[lines.length - 1] = line;
      else lines.push(line);
      this.open = !isWhole;
      this.#last = line;
      start = stop + 1;
    }
  }

  #line(step: StepName, text: string, start: number, end: number, time: number): LogLine {
    const before = this.open ? this.#last : undefined;
    const room = longestShown - (before?.text.length ?? 0);
    const shown = text.slice(start, Math.min(end, start + Math.max(0, room)));
    const cut = end - start - shown.length;
    if (before === undefined) return { step, time, text: shown, cut };
    return { step: before.step, time: before.time, text: before.text + shown, cut: before.cut + cut };
  }
}

function decode(base64: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
}

/** The times of a batch's lines, asked for from its beginning to its end. */
class Times {
  readonly #marks: LogBatch['times'];
  readonly #text: string;
  readonly #isAscii: boolean;
  #byte: number;
  #at = 0;
  #mark = 0;

  constructor(batch: LogBatch, text: string) {
    this.#marks = batch.times;
    this.#text = text;
    this.#byte = batch.offset;
    this.#isAscii = batch.length === text.length;
  }

  at(index: number): number {
    this.#byte += this.#isAscii ? index - this.#at : byteLength(this.#text, this.#at, index);
    this.#at = index;
    while ((this.#marks[this.#mark + 1]?.[0] ?? Infinity) <= this.#byte) this.#mark += 1;
    return this.#marks[this.#mark]?.[1] ?? 0;
  }
}

/** Bytes of a piece of text in UTF-8. */
function byteLength(text: string, start: number, end: number): number {
  let bytes = 0;
  for (let index = start; index < end; index += 1) {
    const code = text.charCodeAt(index);
    // Each half of a surrogate pair stands for two of its four bytes.
    bytes += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3;
  }
  return bytes;
}
