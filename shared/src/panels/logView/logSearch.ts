import type { LogPosition } from '../../protocol/index.ts';
import { troubleOf, type Trouble } from '../base/trouble.ts';
import type { PanelHost } from '../panelHost.ts';
import type { LogStore } from './logStore.ts';

/** More matches than that are not counted. */
export const mostMatches = 100_000;
/** How long after a growth of the log it is searched on. */
const againMs = 500;

/** A search through a whole log, also where it is not loaded: the core walks through it and tells the lines. */
export class LogSearch {
  readonly text: string;
  /** Numbers of the lines, from 0, ascending. */
  readonly matches: number[] = [];
  /** Index of the match that is shown; -1 before one is. */
  current = -1;
  searching = true;
  trouble: Trouble | undefined;

  readonly #host: PanelHost;
  readonly #store: LogStore;
  readonly #onChange: () => void;
  readonly #life = new AbortController();
  #position: LogPosition = '';
  #lines = 0;
  #isWalking = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: PanelHost, store: LogStore, text: string, onChange: () => void) {
    this.#host = host;
    this.#store = store;
    this.text = text;
    this.#onChange = onChange;
  }

  get isCapped(): boolean {
    return this.matches.length >= mostMatches;
  }

  /** Searches to where the log ends now. Never throws: `trouble` tells. */
  async walk(): Promise<void> {
    if (this.#isWalking || this.isCapped) return;
    this.#isWalking = true;
    try {
      await this.#store.whenCounted;
      while (true) {
        const params = { ...this.#store.reference, ...this.#store.steps, position: this.#position, find: this.text };
        const found = await this.#host.request('logs/scan', params, this.#life.signal);
        this.#take(found.matches.map((line) => this.#lines + line));
        this.#lines += found.lines;
        this.#position = found.next;
        if (found.end || this.matches.length >= mostMatches) break;
        this.#tell();
      }
      this.trouble = undefined;
    } catch (error) {
      this.trouble = troubleOf(error, this.#life.signal);
    } finally {
      this.#isWalking = false;
      this.searching = false;
      this.#tell();
    }
  }

  /** The log has grown. */
  later(): void {
    if (this.searching) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.walk();
    }, againMs);
  }

  /** Goes to the next match after a line, or the previous one before it; the other end follows the last. */
  step(direction: 1 | -1, from: number): number | undefined {
    const { matches } = this;
    if (matches.length === 0) return undefined;
    if (this.current < 0) this.current = nearestMatch(matches, from, direction);
    else this.current = (this.current + direction + matches.length) % matches.length;
    return matches[this.current];
  }

  dispose(): void {
    this.#life.abort();
    clearTimeout(this.#timer);
  }

  #take(lines: readonly number[]): void {
    for (const line of lines) {
      if (this.isCapped) return;
      // The line that the last walk ended in may have been a match already.
      if (line > (this.matches.at(-1) ?? -1)) this.matches.push(line);
    }
  }

  #tell(): void {
    if (!this.#life.signal.aborted) this.#onChange();
  }
}

/** Index of the first match at or after a line, or of the last one at or before it; wraps around. */
export function nearestMatch(matches: readonly number[], line: number, direction: 1 | -1): number {
  if (direction === 1) {
    const index = matches.findIndex((match) => match >= line);
    return index < 0 ? 0 : index;
  }
  const index = matches.findLastIndex((match) => match <= line);
  return index < 0 ? matches.length - 1 : index;
}
