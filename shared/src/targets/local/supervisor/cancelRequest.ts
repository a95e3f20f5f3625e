import { existsSync } from 'node:fs';

/** Knows whether the run is to stop, and why. `cancel` is a file, so that a cancel is not lost when nobody listens yet. */
export class CancelRequest {
  private readonly file: string;
  private readonly controller = new AbortController();

  constructor(file: string) {
    this.file = file;
  }

  /** Aborted when a cancel was asked for. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** In words; set once `signal` is aborted. */
  reason: string | undefined;

  /** Looks whether the file is there. */
  poll(): void {
    if (!this.signal.aborted && existsSync(this.file)) this.request('cancelled on request');
  }

  request(reason: string): void {
    this.reason ??= reason;
    this.controller.abort();
  }
}
