import type { RunFiles } from '../follow/index.ts';
import type { Disposable } from '../../runTarget.ts';

/** What the steps of runs report, beside what the API tells. */
export interface RunProgressSource {
  /** All whole lines of progress.jsonl that were read so far. */
  lines(run: string): readonly string[];
  /** True while a connection is open from which more lines may come. */
  goesOn(run: string): boolean;
  /** True when this core asked for a cancel. */
  cancelRequested(run: string): boolean;
  /** Reads on, for as long as the pod lives, until disposed; `listener` is called when lines or logs have grown, or its connection has ended. */
  follow(run: string, listener: () => void): Disposable;
  /** Where its containers are may have changed. */
  placeChanged(run: string): void;
}

/** Progress as `follow` reads it, with the cancels that this core asked for. */
export class RunReports implements RunProgressSource {
  readonly #files: RunFiles;
  readonly #cancelled = new Set<string>();

  constructor(files: RunFiles) {
    this.#files = files;
  }

  noteCancel(run: string): void {
    this.#cancelled.add(run);
  }

  lines(run: string): readonly string[] {
    return this.#files.progress(run);
  }

  goesOn(run: string): boolean {
    return this.#files.state(run).connected;
  }

  cancelRequested(run: string): boolean {
    return this.#cancelled.has(run);
  }

  follow(run: string, listener: () => void): Disposable {
    const held = this.#files.follow(run);
    const growth = this.#files.onGrowth((grown) => {
      if (grown === run) listener();
    });
    return {
      dispose: () => {
        growth.dispose();
        held.dispose();
      },
    };
  }

  placeChanged(run: string): void {
    this.#files.changed(run);
  }
}
