import type { LogPage, LogPosition } from '../../protocol/index.ts';
import { troubleOf, type Trouble } from '../base/trouble.ts';
import { LineReader, type LogLine } from './logLines.ts';

/** Pages that are kept: some 256 KiB of log each. */
const mostPages = 48;
const fewestLines = 500;
/** Pages that are missed are read so much later: who drags the scroll bar passes hundreds. */
const restMs = 40;
/** So near its end the next page is read too. */
const linesAhead = 200;

/** A place to read from: the number of the line that begins there, from 0. */
export type Mark = readonly [line: number, position: LogPosition];

/** Pages of a long log between marks, read when one of their lines is looked at; the pages not used longest make room. */
export class PageCache {
  trouble: Trouble | undefined;
  readonly #read: (position: LogPosition, signal: AbortSignal) => Promise<LogPage>;
  readonly #signal: AbortSignal;
  readonly #onLoad: () => void;
  #marks: Mark[] = [];
  /** By number of the first line, the page used last at the end. */
  readonly #pages = new Map<number, readonly LogLine[]>();
  /** The page at the end. */
  #newest = -1;
  readonly #loading = new Set<number>();
  /** Pages that could not be read; they are not asked for again by themselves. */
  readonly #failed = new Set<number>();
  /** Marks of the pages that were missed in the last drawing. */
  #missed = new Map<number, Mark>();
  #isDrawing = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    read: (position: LogPosition, signal: AbortSignal) => Promise<LogPage>,
    signal: AbortSignal,
    onLoad: () => void,
  ) {
    this.#read = read;
    this.#signal = signal;
    this.#onLoad = onLoad;
  }

  /** Marks may come in any order and more than once. */
  addMarks(marks: readonly Mark[]): void {
    const sorted = [...this.#marks, ...marks].sort((a, b) => a[0] - b[0]);
    this.#marks = sorted.filter((mark, index) => index === 0 || mark[0] > (sorted[index - 1]?.[0] ?? -1));
  }

  /** A mark beyond all others, unless it is so near the last one that it would not save anything. */
  addLater(mark: Mark): void {
    if (mark[0] - (this.#marks.at(-1)?.[0] ?? 0) >= fewestLines) this.#marks.push(mark);
  }

  /** Lets pages that could not be read be asked for again. */
  retry(): void {
    this.#failed.clear();
    this.trouble = undefined;
  }

  /** A line by its number; undefined while its page is being read, which then tells. */
  line(number: number): LogLine | undefined {
    const index = this.#indexOf(number);
    const mark = this.#marks[index];
    if (mark === undefined) return undefined;
    const page = this.#pages.get(mark[0]);
    if (page === undefined) {
      this.#miss(index, mark);
      return undefined;
    }
    const next = this.#marks[index + 1];
    if (next !== undefined && next[0] - number < linesAhead && !this.#pages.has(next[0])) this.#miss(index + 1, next);
    if (this.#newest !== mark[0]) this.#keep(mark[0], page);
    return page[number - mark[0]];
  }

  /** Puts a page to the end: what is used stays. */
  #keep(line: number, page: readonly LogLine[]): void {
    this.#pages.delete(line);
    this.#pages.set(line, page);
    this.#newest = line;
  }

  /** What one drawing misses takes the place of what the one before missed. */
  #miss(index: number, mark: Mark): void {
    if (this.#loading.has(mark[0]) || this.#failed.has(mark[0])) return;
    if (!this.#isDrawing) {
      this.#isDrawing = true;
      this.#missed.clear();
      queueMicrotask(() => {
        this.#isDrawing = false;
      });
    }
    this.#missed.set(index, mark);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const missed = this.#missed;
      this.#missed = new Map();
      for (const [at, page] of missed) void this.#load(at, page);
    }, restMs);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#pages.clear();
    this.#marks = [];
  }

  async #load(index: number, [line, position]: Mark): Promise<void> {
    if (this.#loading.has(line) || this.#failed.has(line)) return;
    this.#loading.add(line);
    try {
      const wanted = (this.#marks[index + 1]?.[0] ?? Infinity) - line;
      this.#keep(line, await this.#readLines(position, wanted));
      this.trouble = undefined;
      const oldest = this.#pages.keys().next();
      if (this.#pages.size > mostPages && oldest.done === false) this.#pages.delete(oldest.value);
    } catch (error) {
      this.#failed.add(line);
      this.trouble = troubleOf(error, this.#signal);
    } finally {
      this.#loading.delete(line);
    }
    if (!this.#signal.aborted) this.#onLoad();
  }

  async #readLines(from: LogPosition, wanted: number): Promise<LogLine[]> {
    const reader = new LineReader();
    const all: LogLine[] = [];
    let position = from;
    // A page may come in parts; without a next mark one part is enough.
    while (all.length < wanted || reader.open) {
      const page = await this.#read(position, this.#signal);
      if (page.batches.length === 0) break;
      const { lines, continues } = reader.read(page.batches);
      if (continues) all.pop();
      all.push(...lines);
      position = page.next;
      if (wanted === Infinity) break;
    }
    return wanted === Infinity ? all : all.slice(0, wanted);
  }

  /** The last mark at or before a line. */
  #indexOf(number: number): number {
    let low = 0;
    let high = this.#marks.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#marks[middle]?.[0] ?? 0) <= number) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
