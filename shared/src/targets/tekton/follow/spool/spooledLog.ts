import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readFile, rename, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { readOpenLog } from '../../../local/stepLog.ts';
import { isMissing } from '../../../local/diskErrors.ts';
import type { StepLogChunk } from '../../../runTarget.ts';
import { GrowingFile } from './growingFile.ts';

/** A mark is at most some 35 bytes. */
const lastMarkBytes = 64;

/** [byte offset in the log, epoch ms]. */
type Mark = readonly [number, number];

/** Bytes, and when they were first seen: epoch ms, undefined where nobody knows. */
export interface SeenBytes {
  readonly bytes: Uint8Array;
  readonly time: number | undefined;
}

/**
 * The beginning of one step's log, on disk: `NAME.log`, its times in `NAME.times`, and `NAME.size` once it is known to be
 * whole. Its size may fall only where the log turns out to be another one (`replace`).
 */
export class SpooledLog {
  readonly #base: string;
  #log: GrowingFile;
  #times: FileHandle;
  #sealed = false;
  #fromApi: boolean;
  #turn: Promise<unknown> = Promise.resolve();
  /** Counts how often the files were exchanged. */
  #generation = 0;
  /** Size of the marks file when this process last wrote it, and the offset of the last mark in it. */
  #marks = { bytes: -1, offset: -1, time: -1 };

  private constructor(base: string, { log, times, fromApi }: OpenFiles) {
    this.#base = base;
    this.#log = log;
    this.#times = times;
    this.#fromApi = fromApi;
  }

  /** @param base absolute path without the ending */
  static async open(base: string): Promise<SpooledLog> {
    const spooled = new SpooledLog(base, await openFiles(base));
    await spooled.#checkSeal();
    return spooled;
  }

  get size(): number {
    return this.#log.size;
  }

  /** True when the log is whole and will not grow. */
  get sealed(): boolean {
    return this.#sealed;
  }

  /**
   * True when bytes came from the API, whose log of a container may lack what was rotated away and have what the step's own
   * log has not.
   */
  get fromApi(): boolean {
    return this.#fromApi;
  }

  async noteApi(): Promise<void> {
    if (this.#fromApi) return;
    await writeFile(`${this.#base}.api`, '', { mode: 0o600 });
    this.#fromApi = true;
  }

  /** Offset and time of the newest mark. */
  async newestMark(): Promise<readonly [offset: number, time: number] | undefined> {
    return (await this.read(this.#log.size - 1, 1)).times[0];
  }

  /**
   * Adds bytes that were first seen at `time` (epoch ms, undefined where nobody knows); those that are there already are
   * passed over.
   */
  append(offset: number, bytes: Uint8Array, time: number | undefined): Promise<boolean> {
    return this.appendAll(offset, [{ bytes, time }]);
  }

  /** The same for pieces that follow each other, in as few writes as can be. */
  appendAll(offset: number, pieces: readonly SeenBytes[]): Promise<boolean> {
    return this.#inTurn(async () => {
      const before = this.#log.size;
      const marks: Mark[] = [];
      let end = offset;
      for (const { bytes, time } of pieces) {
        const start = Math.max(before, end);
        end += bytes.length;
        if (end > start && time !== undefined) marks.push([start, time]);
      }
      if (end <= before) return false;
      if (offset > before) throw new RangeError(`a gap: ${offset} is beyond ${before}`);
      await this.#mark(marks);
      const [only, ...others] = pieces;
      const whole =
        only !== undefined && others.length === 0 ? only.bytes : Buffer.concat(pieces.map(({ bytes }) => bytes));
      return (await this.#log.append(offset, whole)) > 0;
    });
  }

  async read(offset: number, maxBytes: number): Promise<StepLogChunk> {
    const generation = this.#generation;
    try {
      const room = Math.max(0, Math.min(maxBytes, this.#log.size - offset));
      return await readOpenLog(this.#log.handle, this.#times, offset, room);
    } catch (error) {
      // The files were exchanged under the reading.
      if (generation !== this.#generation) return this.read(offset, maxBytes);
      throw error;
    }
  }

  /** Notes that the log ends here. */
  seal(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#sealed) return;
      // The size must not be on the disk before what it promises.
      await this.#log.handle.datasync();
      await writeSeal(`${this.#base}.size`, this.#log.size);
      this.#sealed = true;
    });
  }

  /** Takes the place of this log's files with those of another one, which is closed by that. */
  replace(other: SpooledLog): Promise<void> {
    return this.#inTurn(async () => {
      await other.close();
      await removeLog(this.#base);
      if (other.#fromApi) await rename(`${other.#base}.api`, `${this.#base}.api`);
      await rename(`${other.#base}.times`, `${this.#base}.times`);
      await rename(`${other.#base}.log`, `${this.#base}.log`);
      await this.#reopen();
    });
  }

  /** Begins anew: what was there was of another log. Another process that has the files open keeps its own view. */
  restart(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#beginAnew();
    });
  }

  /** Looks for what another process has added or finished; in turn, for what is just being written is there before it counts. */
  refresh(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#sealed) return;
      await this.#log.refresh();
      await this.#checkSeal();
    });
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      await Promise.all([this.#log.close(), this.#times.close()]);
    });
  }

  /** Closes and removes the files. */
  async remove(): Promise<void> {
    await this.close();
    await removeLog(this.#base);
  }

  /** What writes waits for what was writing before. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #reopen(): Promise<void> {
    const old = { log: this.#log, times: this.#times };
    const { log, times, fromApi } = await openFiles(this.#base);
    this.#log = log;
    this.#times = times;
    this.#fromApi = fromApi;
    this.#sealed = false;
    this.#marks = { bytes: -1, offset: -1, time: -1 };
    this.#generation += 1;
    await Promise.all([old.log.close(), old.times.close()]);
  }

  async #checkSeal(): Promise<void> {
    const size = await readSeal(`${this.#base}.size`);
    if (size === undefined) return;
    this.#sealed = await this.#log.trust(size);
    // Torn otherwise: cut, or longer than it should be. What it was is not worth finding out.
    if (!this.#sealed) await this.#beginAnew();
  }

  async #beginAnew(): Promise<void> {
    await removeLog(this.#base);
    await this.#reopen();
  }

  /** Marks are appended by whoever has new ones; one that would not ascend was written by another process already. */
  async #mark(marks: readonly Mark[]): Promise<void> {
    // Ascending, so that the newest mark tells from which time on a log has to be read again.
    if (!marks.some(([, time]) => time > this.#marks.time)) return;
    const { size } = await this.#times.stat();
    let lead = '';
    if (size !== this.#marks.bytes) {
      const last = await lastMark(this.#times, size);
      lead = last.torn ? '\n' : '';
      this.#marks = { ...this.#marks, bytes: size, offset: last.offset };
    }
    let { offset, time } = this.#marks;
    let lines = '';
    for (const mark of marks) {
      if (mark[0] <= offset || mark[1] <= time) continue;
      [offset, time] = mark;
      lines += `${offset} ${time}\n`;
    }
    if (lines === '') return;
    const written = Buffer.from(lead + lines);
    await this.#times.write(written);
    this.#marks = { bytes: size + written.length, offset, time };
  }
}

interface OpenFiles {
  readonly log: GrowingFile;
  readonly times: FileHandle;
  readonly fromApi: boolean;
}

async function openFiles(base: string): Promise<OpenFiles> {
  const log = await GrowingFile.open(`${base}.log`);
  try {
    const flags =
      constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const fromApi = (await stat(`${base}.api`).catch(undefinedIfMissing)) !== undefined;
    return { log, times: await open(`${base}.times`, flags, 0o600), fromApi };
  } catch (error) {
    await log.close();
    throw error;
  }
}

function undefinedIfMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error;
}

async function removeLog(base: string): Promise<void> {
  for (const ending of ['.size', '.api', '.times', '.log']) await rm(`${base}${ending}`, { force: true });
}

/** Whole from the first moment on: whoever looks meanwhile would take half of it for torn. */
async function writeSeal(path: string, size: number): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.new`;
  await writeFile(temporary, `${size}\n`, { mode: 0o600 });
  await rename(temporary, path);
}

async function readSeal(path: string): Promise<number | undefined> {
  try {
    const match = /^(\d{1,15})\n$/.exec(await readFile(path, 'latin1'));
    // A seal that was cut counts as one that does not fit.
    return match === null ? -1 : Number(match[1]);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The offset of the last mark, -1 without one; `torn` when the last line was not written to its end. */
async function lastMark(times: FileHandle, size: number): Promise<{ offset: number; torn: boolean }> {
  const length = Math.min(size, lastMarkBytes);
  const { buffer, bytesRead } = await times.read(Buffer.alloc(length), 0, length, size - length);
  const text = buffer.toString('latin1', 0, bytesRead);
  const match = /(?:^|\n)(\d+) \d+\n[^\n]*$/.exec(text);
  return { offset: match === null ? -1 : Number(match[1]), torn: text !== '' && !text.endsWith('\n') };
}
