import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { StepName } from '../../../protocol/index.ts';
import { parseProgressLine, type ProgressEvent } from './progressLine.ts';

/** A longer line is no progress of ours; it is skipped without being held in memory. */
const maxLineBytes = 4 * 1024 * 1024;
const chunkBytes = 256 * 1024;
/** A program that writes more than this many events into a run is not telling progress any more. */
const maxEvents = 100_000;
/** Notes are for eyes; of those that come faster only the newest is kept. */
const noteIntervalMs = 200;

export interface ProgressStep {
  readonly step: StepName;
  readonly stepStartedAt: number;
}

/** Follows `progress.jsonl`, which the steps append to, and hands on what is valid and new. */
export class ProgressTail {
  private readonly path: string;
  private readonly emit: (event: ProgressEvent) => void;
  private fd: number | undefined;
  private offset = 0;
  private rest: Buffer = Buffer.alloc(0);
  private skipping = false;
  private emitted = 0;
  private note: ProgressEvent | undefined;
  private noteAt = 0;

  constructor(path: string, emit: (event: ProgressEvent) => void) {
    this.path = path;
    this.emit = emit;
  }

  /**
   * Reads what was added.
   * @param now epoch ms
   * @param last the step has ended: hand on the waiting note too, and drop a line that was never finished
   */
  poll(step: ProgressStep, now: number, last: boolean): void {
    this.readLines((line) => {
      const event = parseProgressLine(line, { ...step, now });
      if (event?.type === 'stepNote') this.note = event;
      else if (event !== undefined) this.handOn(event);
    });
    if (this.note !== undefined && (last || now - this.noteAt >= noteIntervalMs)) {
      this.handOn(this.note);
      this.noteAt = now;
      this.note = undefined;
    }
    if (last) this.rest = Buffer.alloc(0);
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }

  private handOn(event: ProgressEvent): void {
    if (this.emitted >= maxEvents) return;
    this.emitted += 1;
    this.emit(event);
  }

  private readLines(take: (line: string) => void): void {
    this.fd ??= openIfThere(this.path);
    if (this.fd === undefined) return;
    const size = fstatSync(this.fd).size;
    // Only a program that misuses the file can make it shorter.
    if (size < this.offset) this.offset = size;
    const chunk = Buffer.alloc(Math.min(chunkBytes, size - this.offset));
    while (this.offset < size) {
      const count = readSync(this.fd, chunk, 0, Math.min(chunk.length, size - this.offset), this.offset);
      if (count === 0) return;
      this.offset += count;
      this.split(chunk.subarray(0, count), take);
    }
  }

  private split(chunk: Buffer, take: (line: string) => void): void {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      const line = Buffer.concat([this.rest, chunk.subarray(start, end)]);
      if (!this.skipping && line.length > 0) take(line.toString('utf8'));
      this.rest = Buffer.alloc(0);
      this.skipping = false;
      start = end + 1;
    }
    if (this.skipping) return;
    this.rest = Buffer.concat([this.rest, chunk.subarray(start)]);
    if (this.rest.length > maxLineBytes) {
      this.rest = Buffer.alloc(0);
      this.skipping = true;
    }
  }
}

function openIfThere(path: string): number | undefined {
  try {
    // Without blocking: a named pipe in its place would otherwise hold up the supervisor.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
