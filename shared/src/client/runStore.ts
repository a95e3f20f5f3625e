import { type NotificationParams, type Run, type SignInStatus, SlipwayError } from '../protocol/index.ts';
import type { CoreConnection } from './coreConnection.ts';
import { type Disposable, Emitter } from './emitter.ts';
import { type ListReading, RunCollection } from './runCollection.ts';

export interface ContextState {
  readonly name: string;
  readonly state: 'loading' | 'live' | 'stale';
  /** Epoch ms as of which its runs are shown, from when it was lost until they were read anew. */
  readonly since: number | undefined;
  /** Why it is not live, in words. */
  readonly reason: string | undefined;
  /** It is not live because the cluster does not let this person. */
  readonly forbidden: boolean;
}

/** What the store needs of the connection. */
export type RunSource = Pick<CoreConnection, 'contexts' | 'request' | 'onNotification' | 'onConnection' | 'hold'>;

/** So many of a context's newest runs are shown at once, and so many at most. */
const pages = [100, 1000] as const;

/**
 * The runs of all contexts as the core tells of them, through the core's own restarts. It holds the connection while a run
 * goes on.
 */
export class RunStore {
  readonly #core: RunSource;
  readonly #now: () => number;
  readonly #runs = new RunCollection();
  readonly #contexts = new Map<string, ContextState>();
  /** The core's watches of this connection, by context. */
  readonly #watches = new Map<string, Promise<unknown>>();
  /** Contexts whose runs were read since the core was last there. */
  readonly #listed = new Set<string>();
  readonly #changes = new Emitter<undefined>();
  readonly #endings = new Emitter<readonly Run[]>();
  readonly #counts = new Emitter<number>();
  readonly #subscriptions: readonly Disposable[];
  readonly #ending = new AbortController();
  #held: Disposable | undefined;
  #unfinished: number | undefined;
  #loaded = false;

  /** @param now epoch ms */
  constructor(core: RunSource, now: () => number) {
    this.#core = core;
    this.#now = now;
    this.#subscriptions = [
      core.onConnection((connected) => this.#onConnection(connected)),
      core.onNotification('run/changed', ({ run }) => {
        if (this.#contexts.has(run.context)) this.put(run);
      }),
      core.onNotification('run/deleted', ({ context, run }) => this.remove(context, run)),
      core.onNotification('context/changed', (params) => this.#onContext(params)),
      // Any of them may be another cluster or space now.
      core.onNotification('contexts/changed', () => this.refresh()),
      core.onNotification('identity/changed', ({ context, signIn }) => this.#onIdentity(context, signIn.state)),
    ];
  }

  /** Something that is shown has changed. */
  readonly onChange = (listener: () => void): Disposable => this.#changes.on(listener);

  /** Runs have ended, or were found to have ended when they were first read. */
  readonly onEnd = (listener: (runs: readonly Run[]) => void): Disposable => this.#endings.on(listener);

  /** How many runs of ours have not ended, whenever that changes and once the first were read. */
  readonly onUnfinished = (listener: (count: number) => void): Disposable => this.#counts.on(listener);

  get runs(): readonly Run[] {
    return this.#runs.all;
  }

  get contexts(): readonly ContextState[] {
    return [...this.#contexts.values()];
  }

  /** As of when (epoch ms) the runs of a context are shown, while it is out of reach. */
  readonly staleSince = (context: string): number | undefined => this.#contexts.get(context)?.since;

  /** False until the runs of any context were read, or could not be. */
  get loaded(): boolean {
    return this.#loaded;
  }

  get(context: string, run: string): Run | undefined {
    return this.#runs.get(context, run);
  }

  /** Takes in what the core answered or told of a run. */
  put(run: Run): void {
    this.#changed(this.#runs.put(run) ? [run] : []);
  }

  remove(context: string, run: string): void {
    this.#runs.remove(context, run);
    this.#changed([]);
  }

  /** Reads every context anew, and forgets those that are gone, with their runs. */
  refresh(): void {
    const there = new Set(this.#core.contexts);
    for (const context of this.#contexts.keys()) if (!there.has(context)) this.#forget(context);
    for (const context of there) this.#load(context);
    this.#changed([]);
  }

  dispose(): void {
    this.#ending.abort(new SlipwayError('cancelled', 'The window is closing.'));
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#held?.dispose();
    for (const emitter of [this.#changes, this.#endings, this.#counts]) emitter.dispose();
  }

  #onConnection(connected: boolean): void {
    this.#watches.clear();
    this.#listed.clear();
    this.#runs.abandonLists();
    if (connected) this.refresh();
    else {
      for (const context of this.#contexts.keys()) this.#lose(context, this.#now(), undefined);
      this.#changed([]);
    }
  }

  #onContext({ context, state, since, reason, forbidden }: NotificationParams<'context/changed'>): void {
    if (!this.#contexts.has(context)) return;
    // What could not be read while the context was out of reach can be now.
    if (state === 'live' && !this.#listed.has(context) && !this.#runs.isReading(context)) this.#load(context);
    else if (state === 'stale') this.#lose(context, since, reason, forbidden);
    else this.#setContext(context, state, undefined, reason);
    this.#changed([]);
  }

  /** What could not be read for want of a sign-in can be now. */
  #onIdentity(context: string, state: SignInStatus['state']): void {
    const isThere = this.#contexts.has(context) && !this.#runs.isReading(context);
    if (state !== 'signedIn' || !isThere || this.#listed.has(context)) return;
    this.#load(context);
    this.#changed([]);
  }

  #forget(context: string): void {
    this.#contexts.delete(context);
    this.#watches.delete(context);
    this.#listed.delete(context);
    this.#runs.forget(context);
  }

  #load(context: string): void {
    this.#setContext(context, 'loading', this.staleSince(context), undefined);
    const reading = this.#runs.beginList(context);
    // A context that cannot be read says so in its own row and keeps no other from being shown.
    this.#read(reading)
      .catch((error: unknown) => {
        if (SlipwayError.is(error, 'cancelled') || !this.#runs.isCurrent(reading)) return;
        const reason = error instanceof Error ? error.message : String(error);
        this.#lose(context, this.#now(), reason, SlipwayError.is(error, 'cluster.forbidden'));
      })
      .finally(() => {
        if (this.#ending.signal.aborted || !this.#runs.isCurrent(reading)) return;
        this.#runs.endList(reading);
        this.#loaded = true;
        this.#changed([]);
      });
  }

  async #read(reading: ListReading): Promise<void> {
    const { context } = reading;
    const { signal } = this.#ending;
    await this.#watch(context);
    if (!this.#runs.isCurrent(reading)) return;
    for (const limit of pages) {
      const { runs } = await this.#core.request('runs/list', { context, limit }, signal);
      if (!this.#runs.isCurrent(reading)) return;
      const ended = this.#runs.takePage(reading, runs);
      const isWhole = runs.length < limit;
      if (isWhole || limit === pages.at(-1)) this.#runs.keepListed(reading, runs, isWhole);
      this.#loaded = true;
      this.#changed(ended);
      if (isWhole) break;
    }
    this.#listed.add(context);
    if (this.#contexts.get(context)?.state === 'loading') this.#setContext(context, 'live', undefined, undefined);
  }

  /** Once a context and connection: every watch tells of every change. */
  #watch(context: string): Promise<unknown> {
    const known = this.#watches.get(context);
    if (known !== undefined) return known;
    const watch = this.#core.request('runs/watch', { context }, this.#ending.signal);
    this.#watches.set(context, watch);
    watch.catch(() => {
      if (this.#watches.get(context) === watch) this.#watches.delete(context);
    });
    return watch;
  }

  /** What follows from a change, once for many. */
  #changed(ended: readonly Run[]): void {
    const { unfinished } = this.#runs;
    if (unfinished > 0) this.#held ??= this.#core.hold();
    else {
      this.#held?.dispose();
      this.#held = undefined;
    }
    if (this.#loaded && unfinished !== this.#unfinished) {
      this.#unfinished = unfinished;
      this.#counts.fire(unfinished);
    }
    this.#changes.fire(undefined);
    if (ended.length > 0) this.#endings.fire(ended);
  }

  /** However often it is tried for in vain, its runs are shown as of when it was lost first. */
  #lose(context: string, now: number, reason: string | undefined, forbidden = false): void {
    this.#setContext(context, 'stale', Math.min(now, this.staleSince(context) ?? now), reason, forbidden);
  }

  #setContext(
    name: string,
    state: ContextState['state'],
    since: number | undefined,
    reason: string | undefined,
    forbidden = false,
  ): void {
    this.#contexts.set(name, { name, state, since, reason, forbidden });
  }
}
