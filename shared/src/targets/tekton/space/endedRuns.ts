import type { RunEvent } from '../../../protocol/index.ts';
import type { RunHistory } from './runHistory.ts';

/** How many ended runs are kept as read. */
const keptRuns = 500;

export interface EndedRun {
  /** Of its PipelineRun. */
  readonly uid: string | undefined;
  readonly events: readonly RunEvent[];
}

/** Runs that ended: the last ones as they were read, and all that this machine remembers. */
export class EndedRuns {
  readonly #history: RunHistory;
  readonly #read = new Map<string, EndedRun>();
  #writing: Promise<unknown> = Promise.resolve();

  constructor(history: RunHistory) {
    this.#history = history;
  }

  /** As it was read in this process. */
  get(run: string): EndedRun | undefined {
    return this.#read.get(run);
  }

  /** Also of a run whose PipelineRun is gone. */
  async remembered(run: string): Promise<readonly RunEvent[] | undefined> {
    return this.#history.events(run);
  }

  /** Names of those that are remembered, newest first. */
  async names(): Promise<readonly string[]> {
    return this.#history.names();
  }

  async keep(run: string, { uid, events }: EndedRun): Promise<void> {
    this.#read.delete(run);
    this.#read.set(run, { uid, events });
    for (const oldest of this.#read.keys()) {
      if (this.#read.size <= keptRuns) break;
      this.#read.delete(oldest);
    }
    const written = this.#history.remember(run, events);
    this.#writing = Promise.allSettled([this.#writing, written]);
    await written;
  }

  /** Resolves when all that was to be kept is written, or could not be. */
  async written(): Promise<void> {
    await this.#writing;
  }

  /** It is read again when somebody asks for it. */
  drop(run: string): void {
    this.#read.delete(run);
  }

  async forget(run: string): Promise<void> {
    this.#read.delete(run);
    await this.#history.forget(run);
  }
}
