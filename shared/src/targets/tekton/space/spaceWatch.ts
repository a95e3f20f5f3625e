import type { Change, Clock, KubernetesApi } from '../../../kubernetes/index.ts';
import { SlipwayError, terminalStates, type Run, type RunEvent } from '../../../protocol/index.ts';
import type { Disposable, TargetChange, WatchScope } from '../../runTarget.ts';
import { observeRun, type RunFacts } from '../observe/index.ts';
import type { PastRun } from '../follow/index.ts';
import { pastRunEvents } from './pastRun.ts';
import { EndedRuns } from './endedRuns.ts';
import { FollowedRuns } from './followedRuns.ts';
import { readAnswers } from './pendingFacts.ts';
import { PendingReader } from './pendingReader.ts';
import type { RunHistory } from './runHistory.ts';
import type { RunProgressSource } from './runProgress.ts';
import { hasWaitingPod, isThere, nothingLeft, readRunFacts, runNotFound } from './runReading.ts';
import { looksTheSame, type RunRow } from './runRow.ts';
import { SpaceConnection } from './spaceConnection.ts';
import { SpaceRows } from './spaceRows.ts';

/** What nobody asks for is watched so long. */
const idleMs = 60_000;
export interface SpaceWatchOptions {
  readonly api: KubernetesApi;
  readonly context: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly progress: RunProgressSource;
  readonly history: RunHistory;
  /** See `TektonTargetOptions`. */
  readonly onManyRuns: () => void;
  readonly onError: (error: unknown) => void;
}

/** No run is called so. */
const rowsWatch = '/rows';

/**
 * The runs of a space: a row for each, and an observer for each one that goes on and that somebody looks at. Nothing is
 * watched before it is asked for, and the others' runs not for one who follows a run of their own.
 */
export class SpaceWatch {
  readonly #options: SpaceWatchOptions;
  readonly #listeners = new Map<(change: TargetChange) => void, WatchScope>();
  readonly #followed: FollowedRuns;
  readonly #ended: EndedRuns;
  readonly #connection: SpaceConnection;
  readonly #rows: SpaceRows;
  readonly #pending: PendingReader;
  #sweep: NodeJS.Timeout | undefined;
  /** How many runs were forgotten: what was read before is not kept after. */
  #forgotten = 0;
  #disposed = false;

  constructor(options: SpaceWatchOptions) {
    this.#options = options;
    this.#ended = new EndedRuns(options.history);
    this.#connection = new SpaceConnection((change) => this.#tell(change), options.clock.now);
    this.#rows = new SpaceRows({
      ...options,
      onState: (state) => this.#connection.take(rowsWatch, state),
      onChange: (change) => this.#takeChange(change),
      onDifference: ({ kind, run }) => {
        if (kind === 'gone') this.#rowDeleted(run);
        else if (!this.#followed.has(run)) this.#tell({ kind: 'changed', run });
      },
    });
    this.#pending = new PendingReader({
      read: (questions, signal) => readAnswers(options.api, questions, signal),
      clock: options.clock,
    });
    this.#followed = new FollowedRuns({
      ...options,
      pending: this.#pending,
      connection: this.#connection,
      onGrowth: (run) => this.#grew(run),
    });
  }

  /**
   * Names of runs, newest first; those that only this machine remembers come last.
   * @param limit so many of the newest will do: of a space of very many they are there long before all of them
   * @throws SlipwayError where the runs may not be listed, or the cluster does not answer
   */
  async list(signal: AbortSignal, limit?: number): Promise<readonly string[]> {
    this.#beginSweeping();
    const newest = limit === undefined ? undefined : await this.#rows.newest(limit, signal);
    if (newest !== undefined) {
      return newest.names.length === limit ? newest.names : this.#withRemembered(newest.names, newest.all);
    }
    const names = await this.#rows.list(signal);
    return this.#withRemembered(names, new Set(names));
  }

  /**
   * Names among which a run is that is called or begins so: itself alone where there is one, else all.
   * @throws SlipwayError where the runs may not be listed, or the cluster does not answer
   */
  async candidates(run: string, signal: AbortSignal): Promise<readonly string[]> {
    const { api } = this.#options;
    if (this.#rows.complete) return this.list(signal);
    const known = this.#followed.has(run) || (await this.#ended.remembered(run)) !== undefined;
    if (known || (await isThere(api, run, signal))) return [run];
    const names = await this.#rows.all(signal);
    return this.#withRemembered(names, new Set(names));
  }

  /** An ended run as far as its row tells, for lists; undefined for one that goes on. */
  row(run: string): Run | undefined {
    const row = this.#rows.row(run);
    return row !== undefined && terminalStates.has(row.state) ? row : undefined;
  }

  /** @throws SlipwayError `run.notFound` */
  async events(run: string, signal: AbortSignal): Promise<readonly RunEvent[]> {
    const followed = await this.#followed.ready(run, signal);
    if (followed !== undefined) return followed.events;
    const ended = this.#ended.get(run);
    if (ended !== undefined) return ended.events;
    return this.#read(run, signal);
  }

  /**
   * The objects of a run, to find its pods, and whether it is final.
   * @throws SlipwayError `run.notFound` for a run of which nothing is known, neither now nor before
   */
  async place(run: string, signal: AbortSignal): Promise<{ readonly facts: RunFacts; readonly final: boolean }> {
    const followed = await this.#followed.ready(run, signal);
    if (followed !== undefined) return { facts: followed.facts, final: followed.final };
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

  watch(listener: (change: TargetChange) => void, scope: WatchScope): Disposable {
    const own = (change: TargetChange): void => listener(change);
    this.#listeners.set(own, scope);
    this.#beginSweeping();
    if (scope === 'all') this.#rows.openSoon(() => this.#allWanted());
    if (this.#connection.stale !== undefined) own(this.#connection.stale);
    if (scope === 'all') for (const name of this.#rows.names()) this.#followIfOpen(name);
    return { dispose: () => this.#listeners.delete(own) };
  }

  /** Its log has grown. */
  logGrew(run: string): void {
    this.#tell({ kind: 'changed', run });
  }

  /** What is known of it is read again; a submission or cancel of this core was about it. */
  touch(run: string): void {
    this.#followed.get(run)?.refresh();
  }

  /** It was deleted. */
  async forget(run: string): Promise<void> {
    this.#forgotten += 1;
    this.#followed.stop(run);
    this.#rows.delete(run);
    await this.#ended.forget(run);
    this.#tell({ kind: 'deleted', run });
  }

  /** Ends all watches; resolves when what ended meanwhile is remembered. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    clearInterval(this.#sweep);
    this.#listeners.clear();
    for (const run of this.#followed.names()) this.#followed.stop(run);
    this.#pending.dispose();
    this.#rows.dispose();
    await this.#ended.written();
  }

  /** Ends what nobody asks for any more; started with the first watch. */
  #beginSweeping(): void {
    if (this.#disposed) throw new SlipwayError('cancelled', 'The connection to the cluster was closed.');
    this.#sweep ??= setInterval(() => this.#dropIdle(), idleMs / 2);
    // A program that is done must not be kept by what it looked at.
    this.#sweep.unref();
  }

  async #withRemembered(
    names: readonly string[],
    known: { has: (name: string) => boolean },
  ): Promise<readonly string[]> {
    return [...names, ...(await this.#ended.names()).filter((name) => !known.has(name))];
  }

  #takeChange(change: Change<RunRow>): void {
    const { run, uid } = change.object;
    if (change.type === 'deleted') this.#rowDeleted(run.name);
    else if (change.type === 'added') this.#rowAdded(run.name, uid);
    // Of a run that is followed, its observer tells.
    else if (this.#followed.has(run.name) || this.#followIfOpen(run.name)) return;
    // Whoever is told reads the run: a cluster that annotates thousands of ended ones must not have them all read.
    else if (!looksTheSame(change.before, change.object)) this.#tell({ kind: 'changed', run: run.name });
  }

  #rowAdded(name: string, uid: string | undefined): void {
    // What was there at the first list is no news.
    const isNews = this.#rows.complete;
    this.#makeRoom(name, uid);
    if (!this.#followIfOpen(name) && isNews) this.#tell({ kind: 'changed', run: name });
  }

  /** A run that was deleted and made anew under its name is another one. */
  #makeRoom(name: string, uid: string | undefined): void {
    const known = this.#followed.get(name)?.uid ?? this.#ended.get(name)?.uid;
    if (known === undefined || uid === undefined || known === uid) return;
    this.#followed.stop(name);
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

  #allWanted(): boolean {
    return [...this.#listeners.values()].includes('all');
  }

  /** Follows a run that goes on, where somebody listens to all of them. True where it is followed. */
  #followIfOpen(name: string): boolean {
    if (!this.#allWanted()) return false;
    if (!this.#rows.goesOn(name)) return false;
    this.#followed.follow(name, undefined, true);
    return true;
  }

  async #read(run: string, signal: AbortSignal): Promise<readonly RunEvent[]> {
    const { api, context, clock } = this.#options;
    const forgotten = this.#forgotten;
    const facts = await readRunFacts(api, context, run, clock.now(), signal);
    if (facts === undefined) {
      const remembered = await this.#ended.remembered(run);
      if (remembered === undefined) throw runNotFound(run, context);
      return remembered;
    }
    const observed = observeRun(undefined, facts);
    if (observed.final) {
      const { events } = observed;
      if (forgotten === this.#forgotten) await this.#ended.keep(run, { uid: facts.pipelineRun?.metadata.uid, events });
      return events;
    }
    const followed = await this.#followed.ready(run, signal);
    if (followed !== undefined) return followed.events;
    // What was read is told at once; the observer goes on from there.
    this.#beginSweeping();
    this.#followed.follow(run, observed, this.#allWanted());
    // What a pod says of itself is not yet why it waits.
    const following = hasWaitingPod(facts) ? await this.#followed.ready(run, signal) : undefined;
    return following?.events ?? observed.events;
  }

  #grew(run: string): void {
    const followed = this.#followed.get(run);
    if (followed === undefined) return;
    if (followed.final) {
      this.#ended.keep(run, followed).catch(this.#options.onError);
      this.#followed.stop(run);
    }
    this.#tell({ kind: 'changed', run });
  }

  #dropIdle(): void {
    if (this.#listeners.size > 0) return;
    const before = this.#options.clock.now() - idleMs;
    for (const run of this.#followed.idle(before)) this.#followed.stop(run);
    if (this.#rows.closeIdle(before)) this.#connection.drop(rowsWatch);
  }

  #tell(change: TargetChange): void {
    for (const listener of this.#listeners.keys()) listener(change);
  }
}
