import type { Disposable } from '../../runTarget.ts';

/** What the steps of runs report, beside what the API tells. */
export interface RunProgressSource {
  /** All whole lines of progress.jsonl that were read so far. */
  lines(run: string): readonly string[];
  /** True when this core asked for a cancel. */
  cancelRequested(run: string): boolean;
  /** Reads on, for as long as the pod lives, until disposed; `listener` is called when lines or logs have grown. */
  follow(run: string, listener: () => void): Disposable;
}
