import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** How long the run's folder has to be gone before that counts as a wish to stop; a home that comes back is forgiven. */
const goneMs = 30_000;

/** Knows whether the run is to stop, and why. `cancel` is a file, so that a cancel is not lost when nobody listens yet. */
export class CancelRequest {
  private readonly file: string;
  private readonly now: () => number;
  private readonly controller = new AbortController();
  private goneSince: number | undefined;

  /**
   * @param file whose being there is the request
   * @param now milliseconds of a clock
   */
  constructor(file: string, now: () => number) {
    this.file = file;
    this.now = now;
  }

  /** Aborted when a cancel was asked for. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** In words; set once `signal` is aborted. */
  reason: string | undefined;

  /** Looks whether the file is there, and whether the run's folder still is: nobody can follow or stop a deleted run. */
  poll(): void {
    if (this.signal.aborted) return;
    if (existsSync(this.file)) this.request('cancelled on request');
    else if (!this.folderIsGone()) this.goneSince = undefined;
    else {
      this.goneSince ??= this.now();
      if (this.now() - this.goneSince >= goneMs) this.request("the run's folder was deleted");
    }
  }

  request(reason: string): void {
    this.reason ??= reason;
    this.controller.abort();
  }

  private folderIsGone(): boolean {
    try {
      statSync(dirname(this.file));
      return false;
    } catch (error) {
      return error instanceof Error && 'code' in error && error.code === 'ENOENT';
    }
  }
}
