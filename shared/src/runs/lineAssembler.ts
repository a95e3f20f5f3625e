import type { LogBatch, LogLine, StepName } from '../protocol/index.ts';
import { lastFrame, PartialLine } from './partialLine.ts';

/**
 * A line for people. `continues` is true for a part of a line longer than the limit (1 MiB): the next line of the same
 * step is its continuation. Every part but the last is as long as the limit allows without splitting a character.
 */
export interface AssembledLine extends LogLine {
  readonly continues: boolean;
}

export interface LineAssembler {
  /** Takes the next batch in the order in which they were read, and gives the lines that it completes. */
  push(batch: LogBatch): AssembledLine[];
  /** The line that is still being written, as a terminal would show it now: a progress bar, a prompt. */
  partial(): AssembledLine | undefined;
  /** The end of the log: gives the last line where it has no line end. */
  end(): AssembledLine[];
}

const defaultMaxLineBytes = 1_048_576;

/**
 * Makes lines of log batches, in Node and in browsers. However the log was cut into batches, the lines are the same:
 * - a line ends at `\n` or `\r\n`, and where another step's batch follows or the log goes on elsewhere;
 * - after a bare `\r` the line begins anew, as on a terminal, so that of a progress bar the last state is left;
 * - bytes that are not UTF-8 become U+FFFD;
 * - what is longer than `maxLineBytes` comes in parts, marked by `continues`.
 */
export function createLineAssembler(options: { readonly maxLineBytes?: number } = {}): LineAssembler {
  return new Assembler(options.maxLineBytes ?? defaultMaxLineBytes);
}

class Assembler implements LineAssembler {
  readonly #maxLineBytes: number;
  #step: StepName | undefined;
  /** Where the next batch of `#step` begins if nothing is left out. */
  #next = 0;
  #line: PartialLine | undefined;
  /** Time of the last mark seen of `#step`. */
  #time = 0;

  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes;
  }

  push(batch: LogBatch): AssembledLine[] {
    if (batch.length === 0) return [];
    const lines: AssembledLine[] = [];
    if (batch.step !== this.#step || batch.offset !== this.#next) {
      lines.push(...this.end());
      this.#step = batch.step;
      this.#time = batch.times[0]?.[1] ?? 0;
    }
    this.#next = batch.offset + batch.length;
    if (batch.encoding === 'utf8') this.#pushText(batch, lines);
    else this.#pushBytes(batch, lines);
    return lines;
  }

  partial(): AssembledLine | undefined {
    if (this.#step === undefined || this.#line === undefined) return undefined;
    return { step: this.#step, time: this.#line.time, text: this.#line.text(), continues: false };
  }

  end(): AssembledLine[] {
    const line = this.partial();
    this.#line = undefined;
    return line === undefined ? [] : [line];
  }

  #pushText(batch: LogBatch, lines: AssembledLine[]): void {
    const text = batch.data;
    const clock = new MarkClock(batch, text.length === batch.length ? undefined : text, this.#time);
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.#complete(text.slice(start, end), clock, start, lines);
      start = end + 1;
    }
    if (start < text.length) this.#extend(text.slice(start), clock, start, lines);
    this.#time = clock.last;
  }

  #pushBytes(batch: LogBatch, lines: AssembledLine[]): void {
    const bytes = Uint8Array.from(atob(batch.data), (character) => character.charCodeAt(0));
    const clock = new MarkClock(batch, undefined, this.#time);
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      this.#complete(bytes.subarray(start, end), clock, start, lines);
      start = end + 1;
    }
    if (start < bytes.length) this.#extend(bytes.subarray(start), clock, start, lines);
    this.#time = clock.last;
  }

  /** Ends the current line with `content`, or makes a whole line of it. */
  #complete(content: string | Uint8Array, clock: MarkClock, start: number, lines: AssembledLine[]): void {
    if (this.#step === undefined) return;
    // The common case: the line is in one batch, certainly short enough, and text without control characters.
    if (this.#line === undefined && typeof content === 'string' && content.length * 3 <= this.#maxLineBytes) {
      lines.push({ step: this.#step, time: clock.at(start), text: shownText(content), continues: false });
      return;
    }
    this.#extend(content, clock, start, lines);
    lines.push(...this.end());
  }

  #extend(content: string | Uint8Array, clock: MarkClock, start: number, lines: AssembledLine[]): void {
    const step = this.#step;
    if (step === undefined) return;
    this.#line ??= new PartialLine(clock.at(start), this.#maxLineBytes);
    const { time } = this.#line;
    for (const part of this.#line.add(content)) lines.push({ step, time, text: part, continues: true });
  }
}

function shownText(line: string): string {
  return line.includes('\r') ? lastFrame(line).shown : line;
}

/** Tells the time of a line by where it starts in a batch; starts come in ascending order. */
class MarkClock {
  /** Marks as [index in the batch's data, time]. */
  readonly #marks: readonly (readonly [number, number])[];
  #next = 0;
  #time: number;

  constructor(batch: LogBatch, text: string | undefined, time: number) {
    const marks = batch.times.map(([offset, markTime]): [number, number] => [offset - batch.offset, markTime]);
    this.#marks = text === undefined ? marks : toCharacters(marks, text);
    this.#time = time;
  }

  at(index: number): number {
    for (let mark = this.#marks[this.#next]; mark !== undefined && mark[0] <= index; mark = this.#marks[this.#next]) {
      this.#time = mark[1];
      this.#next += 1;
    }
    return this.#time;
  }

  /** The time of the last mark. */
  get last(): number {
    return this.at(Infinity);
  }
}

/** Turns byte offsets into character indexes; a mark inside a character counts from the next one. */
function toCharacters(marks: readonly (readonly [number, number])[], text: string): (readonly [number, number])[] {
  if (marks.every(([offset]) => offset <= 0)) return [...marks];
  const bytes = new TextEncoder().encode(text);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let byte = 0;
  let index = 0;
  return marks.map(([offset, time]) => {
    let end = Math.min(Math.max(offset, byte), bytes.length);
    while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end += 1;
    index += decoder.decode(bytes.subarray(byte, end)).length;
    byte = end;
    return [index, time];
  });
}
