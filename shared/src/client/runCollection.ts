import { type Run, terminalStates } from '../protocol/index.ts';

/** Names a run in all contexts. Names of runs hold no slash, so that no two of them are the same. */
export function keyOf(context: string, run: string): string {
  return `${context}/${run}`;
}

/** A list of one context that is being read. What is told of a run meanwhile is newer than what the list will say. */
export interface ListReading {
  readonly context: string;
  readonly told: Set<string>;
}

/**
 * The runs of all contexts, put together from lists and news in whatever order they come. Every change is told as news, so
 * that the last word of a run is either a news or a list that was asked for after it.
 */
export class RunCollection {
  readonly #runs = new Map<string, Run>();
  readonly #readings = new Map<string, ListReading>();
  #unfinished = 0;
  #all: readonly Run[] | undefined;

  get all(): readonly Run[] {
    this.#all ??= [...this.#runs.values()];
    return this.#all;
  }

  /** How many runs of ours have not ended. */
  get unfinished(): number {
    return this.#unfinished;
  }

  get(context: string, run: string): Run | undefined {
    return this.#runs.get(keyOf(context, run));
  }

  /** To be called before a list is asked for. An earlier list of the context that is still on its way counts no more. */
  beginList(context: string): ListReading {
    const reading = { context, told: new Set<string>() };
    this.#readings.set(context, reading);
    return reading;
  }

  isReading(context: string): boolean {
    return this.#readings.has(context);
  }

  /** False once a later list of the context was begun, or the reading was ended. */
  isCurrent(reading: ListReading): boolean {
    return this.#readings.get(reading.context) === reading;
  }

  /** Takes in a page of the list: its newest runs. @returns those that have ended and were not known to */
  takePage(reading: ListReading, runs: readonly Run[]): readonly Run[] {
    if (!this.isCurrent(reading)) return [];
    return runs.filter((run) => !reading.told.has(run.name) && this.#set(run));
  }

  /**
   * Drops what the last page no longer has.
   * @param isWhole false where the list was cut off: what is older than all of the page may still be there
   */
  keepListed(reading: ListReading, runs: readonly Run[], isWhole: boolean): void {
    if (!this.isCurrent(reading)) return;
    const names = new Set(runs.map(({ name }) => name));
    const oldest = isWhole ? -Infinity : Math.min(...runs.map(({ createdAt }) => createdAt));
    for (const { context, name, createdAt } of this.all) {
      const isListed = names.has(name) || reading.told.has(name);
      if (context === reading.context && createdAt > oldest && !isListed) this.#delete(context, name);
    }
  }

  endList(reading: ListReading): void {
    if (this.isCurrent(reading)) this.#readings.delete(reading.context);
  }

  /** Lists that are on their way come from a core that is gone. */
  abandonLists(): void {
    this.#readings.clear();
  }

  /** Drops all runs of a context, and the list of them that is on its way. */
  forget(context: string): void {
    this.#readings.delete(context);
    for (const run of this.all) if (run.context === context) this.#delete(context, run.name);
  }

  /** Takes in news of a run. @returns true where it has ended and was not known to */
  put(run: Run): boolean {
    this.#readings.get(run.context)?.told.add(run.name);
    return this.#set(run);
  }

  remove(context: string, run: string): void {
    this.#readings.get(context)?.told.add(run);
    this.#delete(context, run);
  }

  #set(run: Run): boolean {
    const key = keyOf(run.context, run.name);
    const before = this.#runs.get(key);
    if (before !== undefined && isOlder(run, before)) return false;
    this.#runs.set(key, run);
    this.#all = undefined;
    this.#unfinished += count(run) - count(before);
    return terminalStates.has(run.state) && (before === undefined || !terminalStates.has(before.state));
  }

  #delete(context: string, run: string): void {
    const key = keyOf(context, run);
    this.#unfinished -= count(this.#runs.get(key));
    if (this.#runs.delete(key)) this.#all = undefined;
  }
}

/** The answer to a request may have been given before news that overtook it; a run that has ended has had its last word. */
function isOlder(run: Run, known: Run): boolean {
  return run.createdAt === known.createdAt && terminalStates.has(known.state) && !terminalStates.has(run.state);
}

function count(run: Run | undefined): 0 | 1 {
  return run === undefined || run.foreign === true || terminalStates.has(run.state) ? 0 : 1;
}
