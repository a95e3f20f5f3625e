import { closeSync, fstatSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeOwnFolder, openOwnFile } from './ownFile.ts';

/**
 * Notes in `logs/STEP.times` when a log grew: a line "<byte offset> <epoch ms>" says that the bytes from there on were
 * first seen at that time. The log itself is written by the step alone, straight into the file.
 */
export class LogMarks {
  private readonly log: number;
  private readonly times: number;
  private seen: number;

  /** Opens both files for appending; `logFd` is for the step's stdout and stderr. */
  constructor(logPath: string, timesPath: string) {
    makeOwnFolder(dirname(logPath));
    this.log = openOwnFile(logPath);
    this.times = openOwnFile(timesPath);
    this.seen = fstatSync(this.log).size;
  }

  get logFd(): number {
    return this.log;
  }

  /** @param now epoch ms */
  observe(now: number): void {
    const size = fstatSync(this.log).size;
    if (size <= this.seen) return;
    const mark = `${this.seen} ${now}\n`;
    this.seen = size;
    try {
      writeSync(this.times, mark);
    } catch {
      // A mark less (the disk is full) makes some lines' times coarser, no more.
    }
  }

  close(): void {
    closeSync(this.log);
    closeSync(this.times);
  }
}
