import type { Change, Clock, KubernetesApi, ReflectorState } from '../../../kubernetes/index.ts';
import { SlipwayError, terminalStates, type Run } from '../../../protocol/index.ts';
import { NewestRuns, type Difference, type Newest } from './newestRuns.ts';
import type { RunRow } from './runRow.ts';
import { RunRows } from './runRows.ts';

/** How long the watch of rows may be behind what was deleted, ms; what is there after that is shown again. */
const behindMs = 60_000;
/** So long a watch waits for a list that may be asked for next, which has the first word with the cluster. */
const courtesyMs = 50;

export interface SpaceRowsOptions {
  readonly api: KubernetesApi;
  readonly context: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onManyRuns: () => void;
  readonly onState: (state: ReflectorState) => void;
  readonly onChange: (change: Change<RunRow>) => void;
  /** What happened to runs between a list of the newest and the first moment when all rows were there. */
  readonly onDifference: (difference: Difference) => void;
}

/** What is known of all runs of a space: the newest at once, all rows once they are watched. */
export class SpaceRows {
  readonly #options: SpaceRowsOptions;
  readonly #newest: NewestRuns;
  #rows: RunRows | undefined;
  /** Epoch ms. */
  #usedAt = 0;
  #opening: NodeJS.Timeout | undefined;
  /** Runs that were deleted here while their rows were still there. */
  readonly #deleted = new Map<string, { readonly uid: string; readonly until: number }>();
  #disposed = false;

  constructor(options: SpaceRowsOptions) {
    this.#options = options;
    this.#newest = new NewestRuns(options);
  }

  /** True once all rows are there. */
  get complete(): boolean {
    return this.#rows?.complete === true;
  }

  /** Names of those whose rows are there, newest first. */
  names(): readonly string[] {
    const names = this.#rows?.names() ?? [];
    return this.#deleted.size === 0 ? names : names.filter((run) => !this.#isDeleted(run));
  }

  /** It was deleted: whatever the rows still say of it, it is not shown. */
  delete(run: string): void {
    const uid = this.#rows?.items.get(run)?.uid;
    if (uid !== undefined) this.#deleted.set(run, { uid, until: this.#options.clock.now() + behindMs });
    this.#newest.drop(run);
  }

  row(run: string): Run | undefined {
    // That one was read whole: its times are exact.
    return this.#isDeleted(run) ? undefined : (this.#newest.row(run) ?? this.#rows?.row(run));
  }

  /** True for one that goes on as far as its row tells. */
  goesOn(run: string): boolean {
    const row = this.#isDeleted(run) ? undefined : this.#rows?.row(run);
    return row !== undefined && !terminalStates.has(row.state);
  }

  /** All names, newest first. @throws SlipwayError as `RunRows.answered` */
  async list(signal: AbortSignal): Promise<readonly string[]> {
    const rows = this.open();
    await rows.answered(signal);
    return this.names();
  }

  /**
   * The newest, without opening the rows. Undefined where these are as good, or where it did not work: the rows go on
   * trying, and say what is wrong.
   */
  async newest(limit: number, signal: AbortSignal): Promise<Newest | undefined> {
    if (this.complete) return undefined;
    try {
      return await this.#newest.read(limit, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (SlipwayError.is(error, 'cancelled')) throw error;
      return undefined;
    }
  }

  /** All names in no order, without opening the rows. @throws SlipwayError where the runs may not be listed */
  async all(signal: AbortSignal): Promise<readonly string[]> {
    return this.complete ? this.names() : this.#newest.all(signal);
  }

  open(): RunRows {
    this.#usedAt = this.#options.clock.now();
    this.#rows ??= new RunRows({
      ...this.#options,
      onState: (state) => this.#takeState(state),
      onChange: (change) => {
        // What is added while all rows are read is no news; it is compared at the end.
        if (change.type !== 'added' || this.complete) this.#newest.drop(change.object.run.name);
        if (change.type === 'deleted') this.#deleted.delete(change.object.run.name);
        this.#options.onChange(change);
      },
    });
    return this.#rows;
  }

  /** Opens them in a moment, if they are still wanted then, but after a list of the newest: both at once are slow to give either. */
  openSoon(wanted: () => boolean): void {
    if (this.#rows !== undefined) {
      this.open();
      return;
    }
    if (this.#opening !== undefined) return;
    this.#newest.beginComparing();
    this.#opening = setTimeout(() => {
      void this.#newest.settled().then(() => {
        this.#opening = undefined;
        if (!this.#disposed && wanted()) this.open();
      });
    }, courtesyMs);
  }

  /** Closes what nobody has used since `before`, epoch ms. True where rows were closed. */
  closeIdle(before: number): boolean {
    if (this.#usedAt >= before) return false;
    this.#newest.forget();
    const closed = this.#rows !== undefined;
    this.#rows?.dispose();
    this.#rows = undefined;
    return closed;
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#opening);
    this.#rows?.dispose();
    this.#rows = undefined;
  }

  /** One that was made anew under its name is another one. */
  #isDeleted(run: string): boolean {
    const deleted = this.#deleted.get(run);
    if (deleted === undefined || this.#options.clock.now() >= deleted.until) return false;
    return this.#rows?.items.get(run)?.uid === deleted.uid;
  }

  #takeState(state: ReflectorState): void {
    this.#options.onState(state);
    if (state.state !== 'live' || this.#rows === undefined) return;
    for (const difference of this.#newest.differences(this.#rows.items)) this.#options.onDifference(difference);
  }
}
