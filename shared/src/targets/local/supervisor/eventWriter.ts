import { closeSync, fstatSync, readSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunEvent } from '../../../protocol/index.ts';
import { openOwnFile } from './ownFile.ts';

/**
 * Appends to `events.jsonl`, one write an event. Where that fails (a full disk, a network home that is away) the events
 * wait in memory and go out later, from the very byte where the last write stopped: trouble with the disk in the middle
 * must not lose the end of a run. Where a program of the run has removed the file, its content is put in place again.
 */
export class EventWriter {
  private readonly path: string;
  private fd: number;
  private pending: Buffer = Buffer.alloc(0);

  constructor(path: string) {
    this.path = path;
    this.fd = openOwnFile(path);
  }

  append(event: RunEvent): void {
    this.pending = Buffer.concat([this.pending, Buffer.from(`${JSON.stringify(event)}\n`)]);
    this.flush();
  }

  /** True when nothing waits any more. */
  flush(): boolean {
    try {
      if (fstatSync(this.fd).nlink === 0) this.restore();
      while (this.pending.length > 0) this.pending = this.pending.subarray(writeSync(this.fd, this.pending));
      return true;
    } catch {
      return false;
    }
  }

  /** Waits for room for up to `timeoutMs`, then closes. False when events were lost. */
  async close(timeoutMs: number): Promise<boolean> {
    const deadline = Date.now() + timeoutMs;
    let done = this.flush();
    while (!done && Date.now() < deadline) {
      await sleep(250);
      done = this.flush();
    }
    closeSync(this.fd);
    return done;
  }

  /** Without the run's folder there is nothing to restore to; the old file then takes the events, and keeps them. */
  private restore(): void {
    let fd: number;
    try {
      fd = openOwnFile(this.path);
    } catch {
      return;
    }
    const content = Buffer.alloc(fstatSync(this.fd).size);
    const length = readSync(this.fd, content, 0, content.length, 0);
    closeSync(this.fd);
    this.fd = fd;
    this.pending = Buffer.concat([content.subarray(0, length), this.pending]);
  }
}
