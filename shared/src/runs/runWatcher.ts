import type { Run } from '../protocol/index.ts';
import { SlipwayError } from '../protocol/index.ts';
import type { Disposable, TargetChange, WatchScope } from '../targets/index.ts';
import type { TargetHub } from './targetHub.ts';
import type { RunStore, RunTransition } from './runStore.ts';

export type RunChange =
  | { readonly kind: 'changed'; readonly run: Run }
  | { readonly kind: 'deleted'; readonly context: string; readonly run: string }
  | {
      readonly kind: 'connection';
      readonly context: string;
      readonly state: 'live' | 'stale';
      /** Epoch ms. */
      readonly since: number;
      readonly reason?: string;
      readonly forbidden?: true;
    };

/**
 * So many runs are read at once: thousands have changed when a machine wakes up, and all at once are hundreds of megabytes. Not few, because
 * a diagnosis may wait for a pod.
 */
const mostReadings = 48;

export type RunListener = (change: RunChange) => void;

/**
 * Tells listeners of changes to the runs of one target, one notification a change: however often the target speaks up,
 * a run is read once at a time, and told of only when it differs from what this service gave out last.
 */
export class RunWatcher {
  readonly #store: () => RunStore;
  readonly #hub: TargetHub;
  readonly #now: () => number;
  readonly #onError: (error: unknown) => void;
  /** Each listener, and since when (epoch ms) it listens. */
  readonly #listeners = new Map<RunListener, number>();
  readonly #reading = new Set<string>();
  /** The next to be read, first come first served. */
  readonly #waiting = new Set<string>();
  readonly #changedMeanwhile = new Set<string>();
  #subscription: { readonly scope: WatchScope; readonly watch: Disposable; readonly stop: AbortController } | undefined;
  /** That there is no news, while that is so: who begins to listen now has to know. */
  #stale: Extract<RunChange, { kind: 'connection' }> | undefined;

  constructor(store: () => RunStore, hub: TargetHub, now: () => number, onError: (error: unknown) => void) {
    this.#store = store;
    this.#hub = hub;
    this.#now = now;
    this.#onError = onError;
  }

  /** @param scope which runs have to be told of; others may be told of too */
  listen(listener: RunListener, scope: WatchScope): Disposable {
    // A listener of its own for each call, so that one function can listen twice.
    const own: RunListener = (change) => listener(change);
    this.#listeners.set(own, this.#now());
    const before = this.#subscription;
    if (before === undefined || (scope === 'all' && before.scope === 'asked')) {
      // What is being read meanwhile is read for the wider one.
      const stop = before?.stop ?? new AbortController();
      const watch = this.#hub.listen((change) => this.#take(change, stop.signal), scope);
      this.#subscription = { scope, watch, stop };
      before?.watch.dispose();
    } else if (this.#stale !== undefined) this.#call(own, this.#stale);
    return { dispose: () => this.#leave(own) };
  }

  dispose(): void {
    this.#listeners.clear();
    this.#stop();
  }

  /** Called by the store for every change that any reader of a run came upon. */
  tell({ before, after, at }: RunTransition): void {
    for (const [listener, since] of this.#listeners) {
      // The first sight of a run is a change only when something has happened to it since.
      if (before === undefined && at < since) continue;
      this.#call(listener, { kind: 'changed', run: after });
    }
  }

  #leave(listener: RunListener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size === 0) this.#stop();
  }

  #stop(): void {
    this.#subscription?.watch.dispose();
    this.#subscription?.stop.abort();
    this.#subscription = undefined;
    this.#stale = undefined;
    this.#reading.clear();
    this.#waiting.clear();
    this.#changedMeanwhile.clear();
  }

  #take(change: TargetChange, signal: AbortSignal): void {
    if (signal.aborted) return;
    if (change.kind === 'changed') {
      this.#read(change.run, signal);
      return;
    }
    const store = this.#store();
    const { context } = store.target;
    if (change.kind === 'deleted') store.forget(change.run);
    else this.#stale = change.state === 'stale' ? { ...change, context } : undefined;
    for (const listener of this.#listeners.keys()) this.#call(listener, { ...change, context });
  }

  #read(name: string, signal: AbortSignal): void {
    if (this.#reading.has(name)) this.#changedMeanwhile.add(name);
    else if (this.#reading.size < mostReadings) this.#readNow(name, signal);
    else this.#waiting.add(name);
  }

  #readNow(name: string, signal: AbortSignal): void {
    this.#reading.add(name);
    this.#store()
      .load(name, { diagnose: true }, signal)
      .catch((error: unknown) => {
        if (!signal.aborted && !SlipwayError.is(error, 'run.notFound')) this.#onError(error);
      })
      .finally(() => {
        if (signal.aborted) return;
        this.#reading.delete(name);
        if (this.#changedMeanwhile.delete(name)) this.#waiting.add(name);
        const [next] = this.#waiting;
        if (next === undefined) return;
        this.#waiting.delete(next);
        this.#readNow(next, signal);
      });
  }

  #call(listener: RunListener, change: RunChange): void {
    try {
      listener(change);
    } catch (error) {
      this.#onError(error);
    }
  }
}
