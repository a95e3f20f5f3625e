import type { Clock, KubernetesApi } from '../../../kubernetes/index.ts';
import { SlipwayError, terminalStates, type Run, type RunEvent } from '../../../protocol/index.ts';
import type { Disposable, TargetChange } from '../../runTarget.ts';
import { observeRun, type ObservedRun, type RunFacts } from '../observe/index.ts';
import type { PastRun } from '../follow/index.ts';
import { pastRunEvents } from './pastRun.ts';
import { EndedRuns } from './endedRuns.ts';
import type { RunHistory } from './runHistory.ts';
import { RunObserver } from './runObserver.ts';
import type { RunProgressSource } from './runProgress.ts';
import { readRunFacts } from './runReading.ts';
import { looksTheSame, RunRows } from './runRows.ts';
import { SpaceConnection } from './spaceConnection.ts';

/** What nobody asks for is watched so long. */
const idleMs = 60_000;

export interface SpaceWatchOptions {
  readonly api: KubernetesApi;
  readonly context: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly progress: RunProgressSource;
  readonly history: RunHistory;
  readonly onError: (error: unknown) => void;
}

/** No run is called so. */
const rowsWatch = '/rows';

interface Followed {
  readonly observer: RunObserver;
  usedAt: number;
  /** Requests that wait for it. */
  waiting: number;
}

/**
 * The runs of a space: a row for each, and an observer for each one that goes on and that somebody looks at. Nothing is
 * watched before it is asked for.
 */
export class SpaceWatch {
  readonly #options: SpaceWatchOptions;
  readonly #listeners = new Set<(change: TargetChange) => void>();
  readonly #followed = new Map<string, Followed>();
  readonly #ended: EndedRuns;
  readonly #connection: SpaceConnection;
  #rows: RunRows | undefined;
  #rowsUsedAt = 0;
  #sweep: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor(options: SpaceWatchOptions) {
    this.#options = options;
    this.#ended = new EndedRuns(options.history);
    this.#connection = new SpaceConnection((change) => this.#tell(change), options.clock.now);
  }

  /**
   * Names of all runs, newest first; those that only this machine remembers come last.
   * @throws SlipwayError where the runs may not be listed, or the cluster does not answer
   */
  async list(signal: AbortSignal): Promise<readonly string[]> {
    const rows = this.#openRows();
    await rows.answered(signal);
    const names = rows.names();
    const known = new Set(names);
    return [...names, ...(await this.#ended.names()).filter((name) => !known.has(name))];
  }

  /** An ended run as far as its row tells, for lists; undefined for one that goes on. */
  row(run: string): Run | undefined {
    const row = this.#rows?.row(run);
    return row !== undefined && terminalStates.has(row.state) ? row : undefined;
  }

  /** @throws SlipwayError `run.notFound` */
  async events(run: string, signal: AbortSignal): Promise<readonly RunEvent[]> {
    const followed = this.#followed.get(run);
    if (followed !== undefined) return (await this.#ready(followed, signal)).events;
    const ended = this.#ended.get(run);
    if (ended !== undefined) return ended.events;
    return this.#read(run, signal);
  }

  /**
   * The objects of a run, to find its pods, and whether it is final.
   * @throws SlipwayError `run.notFound` for a run of which nothing is known, neither now nor before
   */
  async place(run: string, signal: AbortSignal): Promise<{ readonly facts: RunFacts; readonly final: boolean }> {
    const followed = this.#followed.get(run);
    if (followed !== undefined) {
      const observer = await this.#ready(followed, signal);
      return { facts: observer.facts, final: observer.final };
    }
    const { api, context, clock } = this.#options;
    const facts = await readRunFacts(api, context, run, clock.now(), signal);
    if (facts !== undefined) return { facts, final: observeRun(undefined, facts).final };
    if ((await this.#ended.remembered(run)) === undefined) throw runNotFound(run, context);
    return { facts: nothingLeft(context, clock.now()), final: true };
  }

  /** Keeps runs that were read elsewhere; those that are known stay as they are. Resolves to the names of the new ones. */
  async recall(past: AsyncIterable<PastRun>, signal: AbortSignal): Promise<readonly string[]> {
    const { context, history } = this.#options;
    const known = new Set(await this.list(signal));
    const recalled: string[] = [];
    for await (const each of past) {
      if (known.has(each.run)) continue;
      await history.remember(each.run, pastRunEvents(context, each));
      recalled.push(each.run);
    }
    return recalled;
  }

  watch(listener: (change: TargetChange) => void): Disposable {
    const own = (change: TargetChange): void => listener(change);
    this.#listeners.add(own);
    this.#openRows();
    if (this.#connection.stale !== undefined) own(this.#connection.stale);
    for (const name of this.#rows?.names() ?? []) this.#followIfOpen(name);
    return { dispose: () => this.#listeners.delete(own) };
  }

  /** Its log has grown. */
  logGrew(run: string): void {
    this.#tell({ kind: 'changed', run });
  }

  /** What is known of it is read again; a submission or cancel of this core was about it. */
  touch(run: string): void {
    this.#followed.get(run)?.observer.refresh();
  }

  async forget(run: string): Promise<void> {
    this.#stop(run);
    await this.#ended.forget(run);
    this.#tell({ kind: 'deleted', run });
  }

  /** Ends all watches; resolves when what ended meanwhile is remembered. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    clearInterval(this.#sweep);
    this.#listeners.clear();
    for (const run of [...this.#followed.keys()]) this.#stop(run);
    this.#rows?.dispose();
    this.#rows = undefined;
    await this.#ended.written();
  }

  /** Ends what nobody asks for any more; started with the first watch. */
  #beginSweeping(): void {
    if (this.#disposed) throw new SlipwayError('cancelled', 'The connection to the cluster was closed.');
    this.#sweep ??= setInterval(() => this.#dropIdle(), idleMs / 2);
    // A program that is done must not be kept by what it looked at.
    this.#sweep.unref();
  }

  #openRows(): RunRows {
    const { api, context, clock, random } = this.#options;
    this.#beginSweeping();
    this.#rowsUsedAt = clock.now();
    this.#rows ??= new RunRows({
      api,
      context,
      clock,
      random,
      onState: (state) => this.#connection.take(rowsWatch, state),
      onChange: (change) => {
        const { name } = change.object.metadata;
        if (change.type === 'deleted') this.#rowDeleted(name);
        else if (change.type === 'added') this.#rowAdded(name, change.object.metadata.uid);
        // Of a run that is followed, its observer tells.
        else if (this.#followed.has(name) || this.#followIfOpen(name)) return;
        // Whoever is told reads the run: a cluster that annotates thousands of ended ones must not have them all read.
        else if (!looksTheSame(change.before, change.object)) this.#tell({ kind: 'changed', run: name });
      },
    });
    return this.#rows;
  }

  #rowAdded(name: string, uid: string | undefined): void {
    // What was there at the first list is no news.
    const isNews = this.#rows !== undefined && this.#rows.state.state !== 'syncing';
    this.#makeRoom(name, uid);
    if (!this.#followIfOpen(name) && isNews) this.#tell({ kind: 'changed', run: name });
  }

  /** A run that was deleted and made anew under its name is another one. */
  #makeRoom(name: string, uid: string | undefined): void {
    const known = this.#followed.get(name)?.observer.uid ?? this.#ended.get(name)?.uid;
    if (known === undefined || uid === undefined || known === uid) return;
    this.#stop(name);
    this.#ended.drop(name);
    this.#tell({ kind: 'deleted', run: name });
  }

  #rowDeleted(name: string): void {
    // Its observer tells how it ended; then it is remembered.
    if (this.#followed.has(name) || this.#ended.get(name) !== undefined) return;
    this.#tellUnlessRemembered(name).catch(this.#options.onError);
  }

  async #tellUnlessRemembered(name: string): Promise<void> {
    if ((await this.#ended.remembered(name)) === undefined) this.#tell({ kind: 'deleted', run: name });
  }

  /** Follows a run that goes on, where somebody listens. True where it is followed. */
  #followIfOpen(name: string): boolean {
    if (this.#listeners.size === 0) return false;
    const row = this.#rows?.row(name);
    if (row === undefined || terminalStates.has(row.state)) return false;
    this.#follow(name, undefined);
    return true;
  }

  async #read(run: string, signal: AbortSignal): Promise<readonly RunEvent[]> {
    const { api, context, clock } = this.#options;
    const facts = await readRunFacts(api, context, run, clock.now(), signal);
    if (facts === undefined) {
      const remembered = await this.#ended.remembered(run);
      if (remembered === undefined) throw runNotFound(run, context);
      return remembered;
    }
    const observed = observeRun(undefined, facts);
    if (observed.final) {
      await this.#ended.keep(run, { uid: facts.pipelineRun?.metadata.uid, events: observed.events });
      return observed.events;
    }
    const followed = this.#followed.get(run);
    if (followed !== undefined) return (await this.#ready(followed, signal)).events;
    // What was read is told at once; the observer goes on from there.
    this.#follow(run, observed);
    return observed.events;
  }

  async #ready(followed: Followed, signal: AbortSignal): Promise<RunObserver> {
    followed.waiting += 1;
    try {
      await followed.observer.ready(signal);
    } finally {
      followed.waiting -= 1;
      followed.usedAt = this.#options.clock.now();
    }
    return followed.observer;
  }

  #follow(run: string, observed: ObservedRun | undefined): Followed {
    const known = this.#followed.get(run);
    if (known !== undefined) return known;
    const { api, context, clock, random, progress, onError } = this.#options;
    this.#beginSweeping();
    const observer = new RunObserver({
      api,
      context,
      run,
      clock,
      random,
      progress,
      observed,
      onError,
      onState: (what, state) => this.#connection.take(`${run}/${what}`, state),
      onGrowth: () => this.#grew(run),
    });
    const followed = { observer, usedAt: clock.now(), waiting: 0 };
    this.#followed.set(run, followed);
    return followed;
  }

  #grew(run: string): void {
    const followed = this.#followed.get(run);
    if (followed === undefined) return;
    if (followed.observer.final) {
      this.#ended.keep(run, followed.observer).catch(this.#options.onError);
      this.#stop(run);
    }
    this.#tell({ kind: 'changed', run });
  }

  #stop(run: string): void {
    this.#followed.get(run)?.observer.dispose();
    this.#followed.delete(run);
    this.#connection.drop(`${run}/`);
  }

  #dropIdle(): void {
    if (this.#listeners.size > 0) return;
    const before = this.#options.clock.now() - idleMs;
    for (const [run, { usedAt, waiting }] of this.#followed) if (waiting === 0 && usedAt < before) this.#stop(run);
    if (this.#rowsUsedAt >= before) return;
    this.#rows?.dispose();
    this.#rows = undefined;
    this.#connection.drop(rowsWatch);
  }

  #tell(change: TargetChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

function runNotFound(run: string, context: string): SlipwayError {
  return new SlipwayError('run.notFound', `There is no run ${JSON.stringify(run.slice(0, 100))} in ${context}.`, {
    action: `List the runs with "slipway runs --context ${context}".`,
  });
}

/** Of a run whose PipelineRun is gone. */
function nothingLeft(context: string, now: number): RunFacts {
  return { context, now, pipelineRun: undefined, taskRuns: [], customRuns: [], pods: [], events: [], progress: [] };
}
