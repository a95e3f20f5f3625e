import type { LogBatch, LogPosition, LogScan, Run, StepName } from '../protocol/index.ts';
import { lastWriting, withoutEscapes } from '../protocol/index.ts';
import { readLogPage } from './logPage.ts';
import { parsePosition } from './logPosition.ts';
import type { LogSource } from './logStreams.ts';

export interface LogScanRequest {
  readonly position: LogPosition;
  readonly steps?: readonly StepName[] | undefined;
  /** Stop at this position; undefined to walk to where the log ends now. */
  readonly until?: LogPosition | undefined;
  /** Text to look for, letter case aside. */
  readonly find?: string | undefined;
}

/** Marks are so far apart: what a client reads at once. */
const pageBytes = 262_144;
/** After so much a scan hands back what it has, so that its caller can show how far it is and call it off. */
const scanBytes = 8_388_608;
const mostMatches = 10_000;
/** What is kept of a line that goes on in the next piece; what lies beyond is not searched. */
const longestLine = 1_048_576;

/**
 * Walks through a run's merged log from a position, counts its lines and finds those that contain a text. Ends at a line
 * end, unless the log does not.
 * @throws SlipwayError `usage` for a position or step that is not of this run
 */
export async function scanLog(
  source: LogSource,
  run: Run,
  request: LogScanRequest,
  signal: AbortSignal,
): Promise<LogScan> {
  const { steps, until, find } = request;
  const bounded = until === undefined ? source : boundedBy(source, run, until);
  const counter = new LineCounter(find?.toLowerCase());
  const marks: [number, LogPosition][] = [];
  let position = request.position;
  while (counter.midLine || (counter.bytes < scanBytes && counter.matches.length < mostMatches)) {
    const page = await readLogPage(bounded, { run, position, steps, maxBytes: pageBytes }, signal);
    if (page.batches.length === 0) return { ...counter.finish(), marks, next: position, end: true };
    for (const batch of page.batches) counter.add(batch);
    position = page.next;
    if (!counter.midLine) marks.push([counter.lines, position]);
  }
  return { ...counter.finish(), marks, next: position, end: false };
}

/** The same logs, as if they ended at a position. */
function boundedBy(source: LogSource, run: Run, until: LogPosition): LogSource {
  const names = run.steps.map(({ name }) => name);
  const ends = parsePosition(until, names);
  const endOf = (step: StepName): number => ends.get(step)?.offset ?? 0;
  return {
    logSize: async (name, step, signal) => {
      const { bytes, whole } = await source.logSize(name, step, signal);
      return { bytes: Math.min(endOf(step), bytes), whole };
    },
    readLog: (name, step, offset, maxBytes, signal) => {
      const room = endOf(step) - offset;
      if (room <= 0) return Promise.resolve({ offset, bytes: new Uint8Array(), times: [] });
      return source.readLog(name, step, offset, Math.min(maxBytes, room), signal);
    },
  };
}

/** Counts lines over batches that come in order; a line that a batch cuts goes on in the next one. */
class LineCounter {
  lines = 0;
  bytes = 0;
  midLine = false;
  readonly matches: number[] = [];
  readonly #needle: string | undefined;
  #carry = '';

  constructor(needle: string | undefined) {
    this.#needle = needle;
  }

  add(batch: LogBatch): void {
    this.bytes += batch.length;
    const text = batch.encoding === 'utf8' ? batch.data : Buffer.from(batch.data, 'base64').toString();
    if (this.#needle === undefined) this.#count(text);
    else this.#search(text, this.#needle);
    this.midLine = !text.endsWith('\n');
  }

  finish(): Pick<LogScan, 'lines' | 'bytes' | 'matches'> {
    if (this.#needle !== undefined && this.#carry !== '') this.#check(this.#carry, this.#needle);
    this.#carry = '';
    return { lines: this.lines, bytes: this.bytes, matches: this.matches };
  }

  #count(text: string): void {
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) this.lines += 1;
  }

  #search(text: string, needle: string): void {
    const lines = text.split('\n');
    const rest = lines.pop() ?? '';
    for (const line of lines) {
      this.#check(this.#carry === '' ? line : this.#carry + line, needle);
      this.#carry = '';
      this.lines += 1;
    }
    if (this.#carry.length < longestLine) this.#carry += rest;
  }

  #check(line: string, needle: string): void {
    if (lastWriting(withoutEscapes(line)).toLowerCase().includes(needle)) this.matches.push(this.lines);
  }
}
