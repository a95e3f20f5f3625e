import type { Run } from '../protocol/index.ts';
import { SlipwayError } from '../protocol/index.ts';
import {
  isClusterTarget,
  type Disposable,
  type RunTarget,
  type TargetChange,
  type WatchScope,
} from '../targets/index.ts';
import { matchRun, type RunName } from './runFinder.ts';
import { RunStore } from './runStore.ts';
import { TargetHub } from './targetHub.ts';
import { RunWatcher, type RunListener } from './runWatcher.ts';

export interface CatalogueOptions {
  /** By context; may change, which `update` has to be told. */
  readonly targets: ReadonlyMap<string, RunTarget>;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
  readonly cachedRuns?: number;
  /** What is wrong with the file of contexts now, which may be why one is not among the targets. */
  readonly contextsFault?: () => SlipwayError | undefined;
}

export interface FoundRun {
  readonly target: RunTarget;
  readonly run: string;
}

/** Which runs, newest first. */
export interface ListRequest {
  readonly context?: string | undefined;
  readonly limit?: number | undefined;
  /** Only those that this person started: on this machine all of them. */
  readonly mine?: boolean | undefined;
}

interface Shelf {
  readonly hub: TargetHub;
  readonly store: RunStore;
  readonly watcher: RunWatcher;
}

/** Of one context, or of all that there are and will be. */
interface CatalogueWatch {
  readonly context: string | undefined;
  readonly listener: RunListener;
  readonly scope: WatchScope;
  /** By context. */
  readonly parts: Map<string, Disposable>;
}

const defaultCachedRuns = 2_000;
/** How long a cluster that nobody named may keep an answer waiting. */
const unaskedMs = 8_000;
/** How many runs are read at the same time for a list. */
const readersAtOnce = 16;

/** The runs of all targets: finding, reading, listing and watching them. */
export class RunCatalogue {
  readonly #shelves = new Map<string, Shelf>();
  readonly #onError: (error: unknown) => void;
  readonly #options: CatalogueOptions;
  readonly #watches = new Set<CatalogueWatch>();

  constructor(options: CatalogueOptions) {
    this.#onError = options.onError;
    this.#options = options;
    this.update();
  }

  /** Takes the targets as they are now: watches go on with those that are new, and end with those that have gone. */
  update(): void {
    const { targets } = this.#options;
    for (const [context, shelf] of this.#shelves) {
      if (targets.get(context) === shelf.store.target) continue;
      for (const { parts } of this.#watches) parts.delete(context);
      shelf.watcher.dispose();
      shelf.hub.dispose();
      this.#shelves.delete(context);
    }
    for (const [context, target] of targets) {
      if (this.#shelves.has(context)) continue;
      const shelf = this.#shelfOf(target);
      this.#shelves.set(context, shelf);
      for (const watch of this.#watches) {
        if (watch.context === undefined || watch.context === context) {
          watch.parts.set(context, shelf.watcher.listen(watch.listener, watch.scope));
        }
      }
    }
  }

  #shelfOf(target: RunTarget): Shelf {
    const { now, onError, cachedRuns = defaultCachedRuns } = this.#options;
    const hub = new TargetHub(target);
    const watcher: RunWatcher = new RunWatcher(() => store, hub, now, onError);
    const store = new RunStore(target, cachedRuns, (change) => watcher.tell(change));
    return { hub, store, watcher };
  }

  /** @throws SlipwayError `context.unknown`; the fault of the contexts' file where that may be why */
  target(context: string): RunTarget {
    return this.#shelf(context).store.target;
  }

  /** @throws SlipwayError `run.notFound`, `usage` */
  async find(reference: { run: string; context?: string | undefined }, signal: AbortSignal): Promise<FoundRun> {
    if (reference.run === 'last') return this.#newest(reference.context, signal);
    const shelves = this.#chosen(reference.context);
    const names = async ({ store: { target } }: Shelf, inner: AbortSignal): Promise<RunName[]> => {
      const found = isClusterTarget(target) ? target.candidates(reference.run, inner) : target.list(inner);
      return (await found).map((name): RunName => ({ context: target.context, name }));
    };
    // A whole name of this machine's needs no cluster to answer.
    const near = await Promise.all(
      shelves.filter(({ store }) => !isClusterTarget(store.target)).map((shelf) => names(shelf, signal)),
    );
    const far = near.flat().some(({ name }) => name === reference.run)
      ? []
      : await this.#askEach(
          shelves.filter(({ store }) => isClusterTarget(store.target)),
          reference.context,
          names,
          signal,
        );
    const found = matchRun(reference.run, [...near, ...far].flat());
    const shelf = shelves.find(({ store }) => store.target.context === found.context);
    if (shelf === undefined) throw unknownContext(found.context, [...this.#shelves.keys()]);
    return { target: shelf.store.target, run: found.name };
  }

  /** A run by its whole name that was read before; found without asking the target. It may be gone meanwhile. */
  findKnown(reference: { run: string; context?: string | undefined }): FoundRun | undefined {
    const [only, ...others] = this.#chosen(reference.context).filter(({ store }) => store.knows(reference.run));
    return only === undefined || others.length > 0 ? undefined : { target: only.store.target, run: reference.run };
  }

  /** @throws SlipwayError `run.notFound`, also for a run whose submission has not come far enough to show it */
  async load(target: RunTarget, name: string, signal: AbortSignal): Promise<Run> {
    const run = await this.#shelf(target.context).store.load(name, { diagnose: true }, signal);
    if (run !== undefined) return run;
    throw new SlipwayError('run.notFound', `${name} is being submitted and cannot be shown yet.`, {
      action: 'Try again in a moment.',
    });
  }

  async list({ context, limit, mine = false }: ListRequest, signal: AbortSignal): Promise<Run[]> {
    const lists = await this.#askEach(
      this.#chosen(context),
      context,
      ({ store }, inner) => (mine ? this.#listMine(store, limit, inner) : this.#listOne(store, limit, inner)),
      signal,
    );
    const runs = lists.flat();
    if (lists.length > 1) runs.sort((one, other) => other.createdAt - one.createdAt);
    return runs.slice(0, limit);
  }

  watch(context: string | undefined, listener: RunListener, scope: WatchScope): Disposable {
    const parts = new Map(
      this.#chosen(context).map(({ store, watcher }) => [store.target.context, watcher.listen(listener, scope)]),
    );
    const watch: CatalogueWatch = { context, listener, scope, parts };
    this.#watches.add(watch);
    return {
      dispose: () => {
        this.#watches.delete(watch);
        for (const part of parts.values()) part.dispose();
      },
    };
  }

  /** Hears of what the target itself tells of the runs that are asked for; shares its one watch. */
  listen(target: RunTarget, listener: (change: TargetChange) => void): Disposable {
    return this.#shelf(target.context).hub.listen(listener, 'asked');
  }

  forget(target: RunTarget, name: string): void {
    this.#shelf(target.context).store.forget(name);
  }

  dispose(): void {
    for (const { hub, watcher } of this.#shelves.values()) {
      watcher.dispose();
      hub.dispose();
    }
  }

  /** Asks several targets; where no context was named, a cluster that does not answer hides no run of the others. */
  async #askEach<Answer>(
    shelves: readonly Shelf[],
    named: string | undefined,
    ask: (shelf: Shelf, signal: AbortSignal) => Promise<Answer[]>,
    signal: AbortSignal,
  ): Promise<Answer[][]> {
    return Promise.all(
      shelves.map(async (shelf) => {
        if (named !== undefined || !isClusterTarget(shelf.store.target)) return ask(shelf, signal);
        try {
          return await ask(shelf, AbortSignal.any([signal, AbortSignal.timeout(unaskedMs)]));
        } catch (error) {
          signal.throwIfAborted();
          this.#onError(unanswered(shelf.store.target.context, error));
          return [];
        }
      }),
    );
  }

  async #newest(context: string | undefined, signal: AbortSignal): Promise<FoundRun> {
    const [newest] = await this.list({ context, limit: 1 }, signal);
    if (newest !== undefined) return { target: this.target(newest.context), run: newest.name };
    throw new SlipwayError('run.notFound', 'There is no last run: there are no runs yet.', {
      action: 'Start one with "slipway run FILE".',
    });
  }

  async #listOne(store: RunStore, limit: number | undefined, signal: AbortSignal): Promise<Run[]> {
    if (limit === undefined) return this.#loadSome(store, await store.target.list(signal), Infinity, signal);
    const newest = await store.target.list(signal, limit);
    const runs = await this.#loadSome(store, newest, limit, signal);
    // One that cannot be shown makes room for an older one, which may not be among those that came first.
    if (runs.length === limit || newest.length < limit) return runs;
    return this.#loadSome(store, await store.target.list(signal), limit, signal);
  }

  async #listMine(store: RunStore, limit: number | undefined, signal: AbortSignal): Promise<Run[]> {
    const { target } = store;
    if (!isClusterTarget(target)) return this.#listOne(store, limit, signal);
    const names = await target.list(signal);
    // Asked after the cluster has answered: before, nobody may have signed in.
    const user = await target.user();
    return this.#loadSome(store, names, limit ?? Infinity, signal, (run) => run.user === user);
  }

  async #loadSome(
    store: RunStore,
    names: readonly string[],
    limit: number,
    signal: AbortSignal,
    isWanted: (run: Run) => boolean = () => true,
  ): Promise<Run[]> {
    const runs: Run[] = [];
    // In slices, because a run that is not shown makes room for the next older one.
    for (let at = 0; at < names.length && runs.length < limit;) {
      const slice = names.slice(at, at + Math.min(readersAtOnce, limit - runs.length));
      const read = await Promise.all(slice.map((name) => this.#tryLoad(store, name, signal)));
      runs.push(...read.filter((run) => run !== undefined).filter((run) => isWanted(run)));
      at += slice.length;
    }
    return runs;
  }

  /** One damaged run must not hide the others. */
  async #tryLoad(store: RunStore, name: string, signal: AbortSignal): Promise<Run | undefined> {
    try {
      const { target } = store;
      // A list of thousands of ended runs must not read each of them.
      const row = isClusterTarget(target) && !store.knows(name) ? target.row(name) : undefined;
      if (row !== undefined) return row;
      return await store.load(name, { diagnose: false }, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!SlipwayError.is(error, 'run.notFound')) this.#onError(error);
      return undefined;
    }
  }

  #shelf(context: string): Shelf {
    const shelf = this.#shelves.get(context);
    if (shelf === undefined)
      throw this.#options.contextsFault?.() ?? unknownContext(context, [...this.#shelves.keys()]);
    return shelf;
  }

  #chosen(context: string | undefined): Shelf[] {
    return context === undefined ? [...this.#shelves.values()] : [this.#shelf(context)];
  }
}

function unknownContext(context: string, known: readonly string[]): SlipwayError {
  return new SlipwayError('context.unknown', `There is no context ${JSON.stringify(context)}.`, {
    action: `The contexts here are: ${known.join(', ')}.`,
  });
}

/** Why the runs of a cluster are missing in a list. */
function unanswered(context: string, cause: unknown): SlipwayError {
  if (SlipwayError.is(cause)) return cause;
  return new SlipwayError(
    'cluster.unreachable',
    `The cluster of ${context} did not answer in time; its runs are left out.`,
    {
      action: `See what is wrong with "slipway doctor --context ${context}".`,
      cause,
    },
  );
}
