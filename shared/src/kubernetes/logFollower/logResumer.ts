import type { DecodedLine, LogTimestamp } from './logDecoder.ts';

type Line = Extract<DecodedLine, { kind: 'line' }>;

/** A line that has not been given before. */
export interface FreshLine {
  readonly stamp: LogTimestamp;
  readonly bytes: Uint8Array;
  readonly partial: boolean;
  /** The log read anew does not have what had been read: it was rotated, and lines before this one may be missing. */
  readonly mayMissBefore: boolean;
}

/**
 * Seconds to go back beyond the newest line: the API cuts `sinceTime` to seconds, and lines of standard output and standard
 * error may be out of order by a little.
 */
const overlapSeconds = 1;
/** The container runtime stores longer lines in several entries. */
const entryBytes = 16_384;

/**
 * Tells new lines from those read before, when a log is read anew after a cut. Lines are known by their timestamp; where
 * several have the same one, they are counted. Holds the timestamps of the last two seconds.
 */
export class LogResumer {
  /** Second → nanosecond → how many lines were given. */
  readonly #given = new Map<number, Map<number, number>>();
  #newest: number | undefined;
  /** Of `#given`, what the log read anew has still to show. */
  #expected = new Map<number, Map<number, number>>();
  #expectedLines = 0;
  /** A line of which only a part was given: timestamp and bytes. */
  #begun: { readonly second: number; readonly nanosecond: number; bytes: number } | undefined;
  /** The line whose parts are coming was given before, whole. */
  #skipping = false;
  #first = false;
  /** The last line that was given whole and is so long that the log holds it in several entries. */
  #lastLong: Uint8Array | undefined;

  /** `sinceTime` for the next reading; undefined to read from the start. */
  get sinceTime(): string | undefined {
    if (this.#newest === undefined) return undefined;
    return new Date((this.#newest - overlapSeconds) * 1_000).toISOString().replace('.000Z', 'Z');
  }

  /** The log is read anew, from `sinceTime` on. */
  restart(): void {
    this.#first = true;
    this.#skipping = false;
    this.#expected = new Map([...this.#given].map(([second, lines]) => [second, new Map(lines)]));
    this.#expectedLines = [...this.#given.values()].flatMap((lines) => [...lines.values()]).reduce((a, b) => a + b, 0);
  }

  /** Takes the next line; gives it, or what of it is new. */
  take(line: Line): FreshLine | undefined {
    const { second, nanosecond } = line.stamp;
    if (line.offset === 0) this.#skipping = this.#strike(second, nanosecond) || this.#isRestOfLong(line);
    this.#first = false;
    if (this.#skipping) return undefined;
    const begun = this.#begun;
    const known = begun?.second === second && begun.nanosecond === nanosecond ? begun.bytes : 0;
    const seen = Math.min(line.bytes.length, Math.max(0, known - line.offset));
    const bytes = line.bytes.subarray(seen);
    if (line.partial) {
      this.#begun = { second, nanosecond, bytes: Math.max(known, line.offset + line.bytes.length) };
      // Where only a part is given, that is where the log has to be read anew from.
      this.#advance(second);
      if (bytes.length === 0) return undefined;
    } else {
      this.#begun = undefined;
      this.#count(second, nanosecond);
      if (line.bytes.length > entryBytes) this.#lastLong = line.bytes;
    }
    return { stamp: line.stamp, bytes, partial: line.partial, mayMissBefore: this.#missing(known > 0) };
  }

  /** Strikes a line off those expected. */
  #strike(second: number, nanosecond: number): boolean {
    const lines = this.#expected.get(second);
    const count = lines?.get(nanosecond) ?? 0;
    if (lines === undefined || count === 0) return false;
    lines.set(nanosecond, count - 1);
    this.#expectedLines -= 1;
    return true;
  }

  /** An entry has its own time: `sinceTime` may lie in the middle of a line that was written slowly, and give its rest. */
  #isRestOfLong({ bytes }: Line): boolean {
    if (!this.#first || this.#lastLong === undefined || bytes.length >= this.#lastLong.length) return false;
    return Buffer.compare(this.#lastLong.subarray(this.#lastLong.length - bytes.length), bytes) === 0;
  }

  /** True once per reading: for the first new line, where lines that were given did not come again. */
  #missing(continued: boolean): boolean {
    const missing = this.#expectedLines > 0 && !continued;
    this.#expectedLines = 0;
    return missing;
  }

  #count(second: number, nanosecond: number): void {
    this.#advance(second);
    if (this.#newest !== undefined && second < this.#newest - overlapSeconds) return;
    const lines = this.#given.get(second) ?? new Map<number, number>();
    this.#given.set(second, lines);
    lines.set(nanosecond, (lines.get(nanosecond) ?? 0) + 1);
  }

  #advance(second: number): void {
    if (this.#newest !== undefined && second <= this.#newest) return;
    this.#newest = second;
    for (const old of this.#given.keys()) if (old < second - overlapSeconds) this.#given.delete(old);
  }
}
