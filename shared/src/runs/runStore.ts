import { isDeepStrictEqual } from 'node:util';
import type { Run, RunEvent } from '../protocol/index.ts';
import { terminalStates } from '../protocol/index.ts';
import type { RunTarget } from '../targets/index.ts';
import { withDiagnosis } from './runDiagnosis.ts';
import { reduceRun, type RunProgress } from './runStateMachine.ts';

/** How a run was known before it was read again, and how it is now. */
export interface RunTransition {
  /** Undefined when nobody has asked for this run yet. */
  readonly before: Run | undefined;
  readonly after: Run;
  /** Time (epoch ms) of the last event that made it so. */
  readonly at: number;
}

export interface LoadOptions {
  /** Whether a failed run gets its diagnosis, which reads the end of a log. */
  readonly diagnose: boolean;
}

interface Entry {
  readonly progress: RunProgress;
  /** How many events are folded into it. */
  readonly events: number;
  /** Time of the last of them, epoch ms. */
  readonly at: number;
  /** `progress.run`, with the diagnosis once there is one. */
  readonly run: Run;
  readonly diagnosed: boolean;
}

/** A run that is being read. */
interface Reading {
  readonly name: string;
  forgotten: boolean;
}

/**
 * The runs of one target as last read. A final run is not read again; of any other only the new events are folded.
 * Holds the `limit` runs that were used last.
 */
export class RunStore {
  readonly target: RunTarget;
  readonly #limit: number;
  readonly #onTransition: (transition: RunTransition) => void;
  readonly #entries = new Map<string, Entry>();
  readonly #readings = new Set<Reading>();

  constructor(target: RunTarget, limit: number, onTransition: (transition: RunTransition) => void) {
    this.target = target;
    this.#limit = limit;
    this.#onTransition = onTransition;
  }

  /**
   * The run as it is now; undefined while its submission has not come far enough to show it.
   * @throws SlipwayError `run.notFound`
   */
  async load(name: string, options: LoadOptions, signal: AbortSignal): Promise<Run | undefined> {
    const before = this.#entries.get(name);
    const ended = before !== undefined && terminalStates.has(before.run.state);
    if (ended && (before.diagnosed || !options.diagnose)) return this.#keep(name, before);
    const reading: Reading = { name, forgotten: false };
    this.#readings.add(reading);
    try {
      const entry = ended ? before : await this.#read(name, signal);
      if (entry === undefined) return undefined;
      // Whoever saw it go on learns of its end with the diagnosis, whatever read it first.
      const diagnose = options.diagnose || before !== undefined;
      const wanted = diagnose && terminalStates.has(entry.run.state) && !entry.diagnosed;
      const run = wanted ? await withDiagnosis(this.target, entry.run, signal) : entry.run;
      // After word of its deletion a run must not be told of again.
      if (reading.forgotten) return run;
      return this.#keep(name, { ...entry, run, diagnosed: entry.diagnosed || wanted });
    } finally {
      this.#readings.delete(reading);
    }
  }

  /** True for a run that was read before and not forgotten. */
  knows(name: string): boolean {
    return this.#entries.has(name);
  }

  /** Also what is being read of it now comes to nothing here. */
  forget(name: string): void {
    this.#entries.delete(name);
    for (const reading of this.#readings) if (reading.name === name) reading.forgotten = true;
  }

  async #read(name: string, signal: AbortSignal): Promise<Entry | undefined> {
    const events = await this.target.events(name, signal);
    const before = this.#entries.get(name);
    // A read that began earlier may end later: what is known already is never taken back.
    if (before !== undefined && before.events >= events.length) return before;
    const progress = fold(before?.progress, events, before?.events ?? 0);
    if (progress === undefined) return undefined;
    const at = events.at(-1)?.time ?? 0;
    if (progress === before?.progress) return { ...before, events: events.length, at };
    return { progress, events: events.length, at, run: progress.run, diagnosed: false };
  }

  #keep(name: string, entry: Entry): Run {
    const before = this.#entries.get(name);
    const newer = before !== undefined && isAhead(before, entry) ? before : entry;
    this.#entries.delete(name);
    this.#entries.set(name, newer);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#limit) break;
      this.#entries.delete(oldest);
    }
    // A diagnosis that is added later to a run that had ended before is no change of the run.
    const settled = before !== undefined && terminalStates.has(before.run.state);
    if (!settled && !isDeepStrictEqual(before?.run, newer.run)) {
      this.#onTransition({ before: before?.run, after: newer.run, at: newer.at });
    }
    return newer.run;
  }
}

function fold(from: RunProgress | undefined, events: readonly RunEvent[], start: number): RunProgress | undefined {
  let progress = from;
  for (const event of events.slice(start)) progress = reduceRun(progress, event);
  return progress;
}

function isAhead(known: Entry, entry: Entry): boolean {
  return known.events > entry.events || (known.events === entry.events && known.diagnosed);
}
