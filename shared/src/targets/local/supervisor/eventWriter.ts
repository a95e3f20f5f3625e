import { closeSync, openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunEvent } from '../../../protocol/index.ts';

/**
 * Appends to `events.jsonl`, one write an event. Where that fails (a full disk, a network home that is away) the events
 * wait in memory and go out later, from the very byte where the last write stopped: trouble with the disk in the middle
 * must not lose the end of a run.
 */
export class EventWriter {
  private readonly fd: number;
  private pending: Buffer = Buffer.alloc(0);

  constructor(path: string) {
    this.fd = openSync(path, 'a', 0o600);
  }

  append(event: RunEvent): void {
    this.pending = Buffer.concat([this.pending, Buffer.from(`${JSON.stringify(event)}\n`)]);
    this.flush();
  }

  /** True when nothing waits any more. */
  flush(): boolean {
    try {
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
}
