import type { LogPage, LogPosition, StepName } from '../../protocol/index.ts';
import { troubleOf, type Trouble } from '../base/trouble.ts';
import type { PanelHost } from '../panelHost.ts';
import { LineReader, type LogLine } from './logLines.ts';
import { PageCache } from './pageCache.ts';

/** Lines of the first screen, and what stays around it. */
const firstLines = 1_000;
/** Newest lines that are kept; those before them are read again when somebody scrolls there. */
const mostLiveLines = 20_000;
const mostLiveCharacters = 8_000_000;
const pageBytes = 262_144;
const waitMs = 20_000;

export interface LogSubject {
  readonly context: string;
  readonly run: string;
  readonly steps: readonly StepName[] | undefined;
}

/**
 * A run's merged log as a list of lines by number, with bounded memory: its end, which grows, and pages that are read
 * when they are looked at. Begins with the end and counts the lines before it meanwhile.
 */
export class LogStore {
  /** Lines known, the growing last one among them. */
  total = 0;
  /** Number of the first line kept of the end, from 0. Before `counted` the numbers begin with the first line shown. */
  liveStart = 0;
  /** True once the lines before the first screen are counted and can be reached. */
  counted = false;
  /** Bytes that were counted so far, or of the whole log. */
  bytes = 0;
  loaded = false;
  /** True when the run is over and its log read to its end. */
  ended = false;
  #trouble: Trouble | undefined;

  readonly #host: PanelHost;
  readonly #subject: LogSubject;
  readonly #onChange: (appended: number) => void;
  readonly #life = new AbortController();
  readonly #reader = new LineReader();
  readonly #pages: PageCache;
  #live: LogLine[] = [];
  #liveCharacters = 0;
  #next: LogPosition = '';
  #isFollowing = false;
  /** Settles when the lines are counted; until then a number means another line. */
  readonly whenCounted: Promise<void>;
  #resolveCounted: () => void = () => undefined;

  /** @param onChange called with the number of lines that came in at the end; 0 for any other change */
  constructor(host: PanelHost, subject: LogSubject, onChange: (appended: number) => void) {
    this.#host = host;
    this.#subject = subject;
    this.#onChange = onChange;
    this.#pages = new PageCache(
      (position, signal) => this.#readPage(position, signal),
      this.#life.signal,
      () => this.#tell(0),
    );
    this.whenCounted = new Promise((resolve) => {
      this.#resolveCounted = resolve;
    });
  }

  /** Why the log, or a piece of it, cannot be read now. */
  get trouble(): Trouble | undefined {
    return this.#trouble ?? this.#pages.trouble;
  }

  get signal(): AbortSignal {
    return this.#life.signal;
  }

  get steps(): { readonly steps?: StepName[] } {
    return this.#subject.steps === undefined ? {} : { steps: [...this.#subject.steps] };
  }

  get reference(): { readonly context: string; readonly run: string } {
    return { context: this.#subject.context, run: this.#subject.run };
  }

  /** Where the log was read to. */
  get position(): LogPosition {
    return this.#next;
  }

  /** Reads the end and goes on from there as it grows; counts what is before it. Never throws: `trouble` tells. */
  async open(): Promise<void> {
    if (this.#isFollowing) return;
    this.#isFollowing = true;
    this.#trouble = undefined;
    this.#pages.retry();
    try {
      if (!this.loaded) {
        const params = { ...this.reference, ...this.steps, lines: firstLines };
        this.#append(await this.#host.request('logs/tail', params, this.signal));
        this.loaded = true;
        this.#tell(this.total);
      }
      if (!this.counted) void this.#count(this.#next, this.total);
      await this.#follow();
    } catch (error) {
      this.#trouble = troubleOf(error, this.signal);
      this.#tell(0);
    } finally {
      this.#isFollowing = false;
    }
  }

  /** The line of a number, from 0; undefined while it is being read. */
  line(number: number): LogLine | undefined {
    if (number >= this.liveStart) return this.#live[number - this.liveStart];
    return this.counted ? this.#pages.line(number) : undefined;
  }

  /** The newest `count` lines that are kept. */
  newest(count: number): readonly LogLine[] {
    return count === 0 ? [] : this.#live.slice(-count);
  }

  dispose(): void {
    this.#life.abort();
    this.#pages.clear();
  }

  async #follow(): Promise<void> {
    while (!this.ended) {
      const params = { ...this.reference, ...this.steps, position: this.#next, waitMs, maxBytes: pageBytes };
      const page = await this.#host.request('logs/read', params, this.signal);
      const appended = this.#append(page);
      this.ended = page.end;
      this.#tell(appended);
    }
  }

  /** Counts the lines before the first screen, which `until` ends and which has `shown` lines. */
  async #count(until: LogPosition, shown: number): Promise<void> {
    const marks: [number, LogPosition][] = [[0, '']];
    let position: LogPosition = '';
    let lines = 0;
    let bytes = 0;
    try {
      while (true) {
        const params = { ...this.reference, ...this.steps, position, until };
        const found = await this.#host.request('logs/scan', params, this.signal);
        for (const [line, at] of found.marks) marks.push([lines + line, at]);
        lines += found.lines;
        bytes += found.bytes;
        this.bytes = Math.max(this.bytes, bytes);
        position = found.next;
        if (found.end) break;
        this.#tell(0);
      }
    } catch (error) {
      // The first screen and what comes after it can be read all the same; the next opening counts again.
      this.#trouble ??= troubleOf(error, this.signal);
      this.#tell(0);
      return;
    }
    this.#place(lines, bytes, shown, marks);
  }

  /** Gives the lines their numbers. */
  #place(lines: number, bytes: number, shown: number, marks: readonly (readonly [number, LogPosition])[]): void {
    const wholeLines = this.#countedShown(shown);
    const before = Math.max(0, lines - wholeLines);
    this.counted = true;
    this.bytes = bytes + this.#bytesSince;
    this.liveStart += before;
    this.total += before;
    this.#pages.addMarks(marks);
    this.#pages.addMarks(this.#laterMarks.map(([line, at]) => [line + before, at] as const));
    this.#resolveCounted();
    this.#tell(0);
  }

  /** Line ends among the lines of the first screen: its last line may not have ended then. */
  #countedShown(shown: number): number {
    return this.#firstEndedOpen ? shown - 1 : shown;
  }

  #firstEndedOpen = false;
  #bytesSince = 0;
  readonly #laterMarks: [number, LogPosition][] = [];

  #append(page: LogPage): number {
    const { lines, continues } = this.#reader.read(page.batches);
    this.#next = page.next;
    const bytes = page.batches.reduce((sum, batch) => sum + batch.length, 0);
    if (!this.loaded) this.#firstEndedOpen = this.#reader.open;
    else this.#bytesSince += bytes;
    if (this.counted) this.bytes += bytes;
    if (lines.length === 0) return 0;
    if (continues) this.#replaceLast(lines.shift());
    for (const line of lines) {
      this.#live.push(line);
      this.#liveCharacters += line.text.length;
    }
    this.total += lines.length;
    if (!this.#reader.open && this.loaded) this.#mark(this.total, page.next);
    this.#forgetOld();
    return lines.length;
  }

  #replaceLast(line: LogLine | undefined): void {
    const last = this.#live.at(-1);
    if (line === undefined || last === undefined) return;
    this.#live[this.#live.length - 1] = line;
    this.#liveCharacters += line.text.length - last.text.length;
  }

  #mark(line: number, position: LogPosition): void {
    if (this.counted) this.#pages.addLater([line, position]);
    else this.#laterMarks.push([line, position]);
  }

  #forgetOld(): void {
    if (this.#live.length <= mostLiveLines && this.#liveCharacters <= mostLiveCharacters) return;
    let drop = Math.max(0, this.#live.length - mostLiveLines / 2);
    let characters = this.#live.slice(drop).reduce((sum, line) => sum + line.text.length, 0);
    while (characters > mostLiveCharacters / 2 && drop < this.#live.length - 1) {
      characters -= this.#live[drop]?.text.length ?? 0;
      drop += 1;
    }
    this.#live = this.#live.slice(drop);
    this.#liveCharacters = characters;
    this.liveStart += drop;
  }

  async #readPage(position: LogPosition, signal: AbortSignal): Promise<LogPage> {
    const params = { ...this.reference, ...this.steps, position, maxBytes: pageBytes };
    return this.#host.request('logs/read', params, signal);
  }

  #tell(appended: number): void {
    if (!this.signal.aborted) this.#onChange(appended);
  }
}
