import type { Disposable } from '@slipway/shared/panels';
import { type Run, SlipwayError, terminalStates } from '@slipway/shared/protocol';
import { Emitter } from '../base/emitter.ts';
import type { CoreConnection } from '../core/coreConnection.ts';

export interface ContextState {
  readonly name: string;
  readonly state: 'loading' | 'live' | 'stale';
  /** Epoch ms as of which its runs are shown, while it is stale. */
  readonly since: number | undefined;
  /** Why it is not live, in words. */
  readonly reason: string | undefined;
}

/** What the store needs of the connection. */
export type RunSource = Pick<CoreConnection, 'contexts' | 'request' | 'onNotification' | 'onConnection'>;

const mostRuns = 1000;

export function keyOf(context: string, run: string): string {
  return `${context}/${run}`;
}

/** The runs of all contexts as the core tells of them, through the core's own restarts. */
export class RunStore {
  readonly #core: RunSource;
  readonly #now: () => number;
  readonly #runs = new Map<string, Run>();
  readonly #contexts = new Map<string, ContextState>();
  /** Runs that were told of while their context's list was on its way: news are newer than the list. */
  readonly #news = new Map<string, Set<string>>();
  readonly #changes = new Emitter<undefined>();
  readonly #endings = new Emitter<Run>();
  readonly #subscriptions: readonly Disposable[];
  readonly #ending = new AbortController();
  #loaded = false;

  constructor(core: RunSource, now: () => number) {
    this.#core = core;
    this.#now = now;
    this.#subscriptions = [
      core.onConnection((connected) => this.#onConnection(connected)),
      core.onNotification('run/changed', ({ run }) => this.put(run)),
      core.onNotification('run/deleted', ({ context, run }) => this.remove(context, run)),
      core.onNotification('context/changed', ({ context, state, since, reason }) => {
        this.#setContext(context, state, state === 'stale' ? since : undefined, reason);
        this.#changes.fire(undefined);
      }),
    ];
  }

  /** Something that is shown has changed. */
  readonly onChange = (listener: () => void): Disposable => this.#changes.on(listener);

  /** A run has ended, or was found to have ended when the runs were read. */
  readonly onEnd = (listener: (run: Run) => void): Disposable => this.#endings.on(listener);

  get runs(): readonly Run[] {
    return [...this.#runs.values()];
  }

  get contexts(): readonly ContextState[] {
    return [...this.#contexts.values()];
  }

  /** False until the runs of any context were read. */
  get loaded(): boolean {
    return this.#loaded;
  }

  get(context: string, run: string): Run | undefined {
    return this.#runs.get(keyOf(context, run));
  }

  /** Takes in what the core answered or told of a run. */
  put(run: Run): void {
    this.#news.get(run.context)?.add(run.name);
    this.#take(run);
    this.#changes.fire(undefined);
  }

  remove(context: string, run: string): void {
    this.#news.get(context)?.add(run);
    this.#runs.delete(keyOf(context, run));
    this.#changes.fire(undefined);
  }

  /** Reads every context anew. */
  refresh(): void {
    this.#onConnection(true);
  }

  dispose(): void {
    this.#ending.abort(new SlipwayError('cancelled', 'The window is closing.'));
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changes.dispose();
    this.#endings.dispose();
  }

  #onConnection(connected: boolean): void {
    for (const context of connected ? this.#core.contexts : [...this.#contexts.keys()]) {
      if (connected) {
        this.#setContext(context, 'loading', undefined, undefined);
        // A context that cannot be read says so in its own row and keeps no other from being shown.
        void this.#load(context);
      } else this.#setContext(context, 'stale', this.#now(), undefined);
    }
    this.#changes.fire(undefined);
  }

  async #load(context: string): Promise<void> {
    const { signal } = this.#ending;
    const news = new Set<string>();
    this.#news.set(context, news);
    try {
      await this.#core.request('runs/watch', { context }, signal);
      const { runs } = await this.#core.request('runs/list', { context, limit: mostRuns }, signal);
      const names = new Set(runs.map(({ name }) => name));
      for (const [key, { context: of, name }] of this.#runs) {
        if (of === context && !names.has(name) && !news.has(name)) this.#runs.delete(key);
      }
      for (const run of runs) if (!news.has(run.name)) this.#take(run);
      if (this.#contexts.get(context)?.state === 'loading') this.#setContext(context, 'live', undefined, undefined);
    } catch (error) {
      if (SlipwayError.is(error, 'cancelled')) return;
      this.#setContext(context, 'stale', this.#now(), error instanceof Error ? error.message : String(error));
    } finally {
      if (this.#news.get(context) === news) this.#news.delete(context);
    }
    this.#loaded = true;
    this.#changes.fire(undefined);
  }

  #take(run: Run): void {
    const key = keyOf(run.context, run.name);
    const before = this.#runs.get(key);
    this.#runs.set(key, run);
    const wasOver = before !== undefined && terminalStates.has(before.state);
    if (terminalStates.has(run.state) && !wasOver) this.#endings.fire(run);
  }

  #setContext(name: string, state: ContextState['state'], since: number | undefined, reason: string | undefined): void {
    this.#contexts.set(name, { name, state, since, reason });
  }
}
