import { type ISignal, Signal } from '@lumino/signaling';
import type { Disposable } from '@slipway/shared/panels';
import { type Run, SlipwayError, terminalStates } from '@slipway/shared/protocol';
import type { CoreConnection } from './coreConnection.ts';

export interface ContextState {
  readonly name: string;
  readonly state: 'loading' | 'live' | 'stale';
  /** Why it is not live, in words. */
  readonly reason: string | undefined;
}

/** What the store needs of the connection. */
export type RunSource = Pick<CoreConnection, 'contexts' | 'request' | 'onNotification' | 'onConnection' | 'hold'>;

/** The runs of all contexts as the core tells of them. It holds the connection while a run goes on. */
export class RunStore {
  readonly #core: RunSource;
  readonly #onUnfinished: (count: number) => void;
  readonly #runs = new Map<string, Run>();
  readonly #contexts = new Map<string, ContextState>();
  readonly #changed = new Signal<this, undefined>(this);
  readonly #ended = new Signal<this, Run>(this);
  readonly #subscriptions: readonly Disposable[];
  readonly #ending = new AbortController();
  #held: Disposable | undefined;
  #unfinished: number | undefined;
  #loaded = false;

  /** @param onUnfinished hears how many runs have not ended, whenever that changes */
  constructor(core: RunSource, onUnfinished: (count: number) => void) {
    this.#core = core;
    this.#onUnfinished = onUnfinished;
    this.#subscriptions = [
      core.onConnection((connected) => this.#onConnection(connected)),
      core.onNotification('run/changed', ({ run }) => this.put(run)),
      core.onNotification('run/deleted', ({ context, run }) => {
        this.#runs.delete(keyOf(context, run));
        this.#settle();
      }),
      core.onNotification('context/changed', ({ context, state, reason }) => {
        this.#contexts.set(context, { name: context, state, reason });
        this.#changed.emit(undefined);
      }),
    ];
  }

  /** Something that is shown has changed. */
  get changed(): ISignal<this, undefined> {
    return this.#changed;
  }

  /** A run that was seen going on has ended. */
  get ended(): ISignal<this, Run> {
    return this.#ended;
  }

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
    const hasEnded = this.#take(run);
    this.#settle();
    if (hasEnded) this.#ended.emit(run);
  }

  dispose(): void {
    this.#ending.abort(new SlipwayError('cancelled', 'The page is closing.'));
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#held?.dispose();
    Signal.clearData(this);
  }

  #onConnection(connected: boolean): void {
    for (const context of connected ? this.#core.contexts : this.#contexts.keys()) {
      const state = connected ? 'loading' : 'stale';
      this.#contexts.set(context, { name: context, state, reason: undefined });
      // A context that cannot be read says so in its own row and keeps no other from being shown.
      if (connected) void this.#load(context);
    }
    this.#changed.emit(undefined);
  }

  async #load(context: string): Promise<void> {
    const signal = this.#ending.signal;
    let ended: readonly Run[] = [];
    try {
      await this.#core.request('runs/watch', { context }, signal);
      const { runs } = await this.#core.request('runs/list', { context, limit: 1000 }, signal);
      const names = new Set(runs.map(({ name }) => name));
      for (const [key, run] of this.#runs) if (run.context === context && !names.has(run.name)) this.#runs.delete(key);
      ended = runs.filter((run) => this.#take(run));
      if (this.#contexts.get(context)?.state === 'loading')
        this.#contexts.set(context, { name: context, state: 'live', reason: undefined });
    } catch (error) {
      if (SlipwayError.is(error, 'cancelled')) return;
      const reason = error instanceof Error ? error.message : String(error);
      this.#contexts.set(context, { name: context, state: 'stale', reason });
    }
    this.#loaded = true;
    this.#settle();
    for (const run of ended) this.#ended.emit(run);
  }

  /** True where a run that was seen going on has ended. What follows from it is for the caller, once for many. */
  #take(run: Run): boolean {
    const key = keyOf(run.context, run.name);
    const before = this.#runs.get(key);
    this.#runs.set(key, run);
    return before !== undefined && !terminalStates.has(before.state) && terminalStates.has(run.state);
  }

  #settle(): void {
    const unfinished = this.runs.filter((run) => !terminalStates.has(run.state) && run.foreign !== true).length;
    if (unfinished > 0) this.#held ??= this.#core.hold();
    else {
      this.#held?.dispose();
      this.#held = undefined;
    }
    if (this.#loaded && unfinished !== this.#unfinished) {
      this.#unfinished = unfinished;
      this.#onUnfinished(unfinished);
    }
    this.#changed.emit(undefined);
  }
}

function keyOf(context: string, run: string): string {
  return `${context}/${run}`;
}
