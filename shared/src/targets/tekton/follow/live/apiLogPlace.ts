import type { SpooledLog } from '../spool/spooledLog.ts';

/**
 * The node gives a line its time when it gets to it, and the run's helper when it sees it in the file: on a busy node that may
 * be earlier, by less than this. Before that no log is rotated away.
 */
const stampMs = 5_000;

/** A line of the API's log of a container, its line end included. */
export interface ApiLine {
  /** Epoch ms. */
  readonly time: number;
  readonly bytes: Uint8Array;
}

/**
 * Where lines of the API's log, which is read from what it has first, lie in a log of which some is there already. Where it
 * still has the beginning, whoever read that, offsets count from there; where that was rotated away, it goes on after the
 * newest time that is known.
 */
export class ApiLogPlace {
  readonly #log: SpooledLog;
  readonly #onGap: () => void;
  #position: number | undefined;
  #newest: readonly [offset: number, time: number] | undefined;

  /** @param onGap lines may be missing before the one that is asked for */
  constructor(log: SpooledLog, onGap: () => void) {
    this.#log = log;
    this.#onGap = onGap;
  }

  /** Byte offset of the next line; undefined for one that was read before. */
  async next({ time, bytes }: ApiLine): Promise<number | undefined> {
    if (this.#position === undefined) {
      this.#newest ??= await this.#newestUnlessWhole({ time, bytes });
      const [offset, newest] = this.#newest;
      if (time < newest) return undefined;
      this.#position = offset;
      // Nothing of that time is left: it was rotated away while nobody read.
      if (time > newest && newest >= 0) {
        this.#position = this.#log.size;
        this.#onGap();
      }
    }
    const position = this.#position;
    this.#position += bytes.length;
    return position;
  }

  /** Where to go on, and from which time; the beginning and no time where `first` is the first line of the log. */
  async #newestUnlessWhole(first: ApiLine): Promise<readonly [offset: number, time: number]> {
    const newest = await this.#log.newestMark();
    return newest === undefined || (await this.#isBeginning(first)) ? [0, -1] : newest;
  }

  /** Rotation leaves lines that were written long after the first one was seen. */
  async #isBeginning({ time, bytes }: ApiLine): Promise<boolean> {
    const { bytes: known, times } = await this.#log.read(0, bytes.length);
    return Buffer.compare(known, bytes.subarray(0, known.length)) === 0 && time <= (times[0]?.[1] ?? -1) + stampMs;
  }
}
