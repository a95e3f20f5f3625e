import { type DevEnv, type NotificationParams, type SignInStatus, SlipwayError } from '../protocol/index.ts';
import type { CoreConnection } from './coreConnection.ts';
import { DevEnvCollection, type DevEnvReading } from './devEnvCollection.ts';
import { type Disposable, Emitter } from './emitter.ts';
import type { ContextState } from './runStore.ts';

/** What is known of a context's DevEnvs, and what helps where they cannot be read. */
export interface DevEnvContext extends ContextState {
  readonly action: string | undefined;
}

/** What the store needs of the connection. */
export type DevEnvSource = Pick<CoreConnection, 'contexts' | 'request' | 'onNotification' | 'onConnection' | 'hold'>;

/** Why a context's DevEnvs are not as they are now. */
interface Trouble {
  readonly message: string;
  readonly action?: string | undefined;
  /** The cluster does not let this person. */
  readonly forbidden?: boolean;
}

/**
 * The DevEnvs of all clusters as the core tells of them, through the core's own restarts. Nothing is asked before somebody wants
 * to see them. It holds the connection while one of this person's own has a pod.
 */
export class DevEnvStore {
  readonly #core: DevEnvSource;
  readonly #now: () => number;
  readonly #devEnvs = new DevEnvCollection();
  readonly #contexts = new Map<string, DevEnvContext>();
  /** The core's watches of this connection, by context. */
  readonly #watches = new Map<string, Promise<unknown>>();
  /** Contexts whose DevEnvs were read since the core was last there. */
  readonly #listed = new Set<string>();
  readonly #changes = new Emitter<undefined>();
  readonly #subscriptions: readonly Disposable[];
  readonly #ending = new AbortController();
  #held: Disposable | undefined;
  #isWanted = false;
  #isConnected = false;
  #loaded = false;

  /** @param now epoch ms */
  constructor(core: DevEnvSource, now: () => number) {
    this.#core = core;
    this.#now = now;
    this.#subscriptions = [
      core.onConnection((connected) => this.#onConnection(connected)),
      core.onNotification('devenv/changed', ({ devEnv }) => {
        if (this.#contexts.has(devEnv.context)) this.put(devEnv);
      }),
      core.onNotification('devenv/deleted', ({ context, name }) => this.remove(context, name)),
      core.onNotification('devenv/context', (params) => this.#onContext(params)),
      // Any of them may be another cluster or space now.
      core.onNotification('contexts/changed', () => {
        if (this.#isWanted) this.refresh();
      }),
      core.onNotification('identity/changed', ({ context, signIn }) => this.#onIdentity(context, signIn.state)),
    ];
  }

  /** Something that is shown has changed. */
  readonly onChange = (listener: () => void): Disposable => this.#changes.on(listener);

  /** One's own first, then by name. */
  get devEnvs(): readonly DevEnv[] {
    return this.#devEnvs.all;
  }

  /** Clusters alone: this machine has no DevEnvs. */
  get contexts(): readonly DevEnvContext[] {
    return [...this.#contexts.values()];
  }

  /** False until the DevEnvs of any context were read, or could not be; true where there is no cluster. */
  get loaded(): boolean {
    return this.#loaded;
  }

  get(context: string, name: string): DevEnv | undefined {
    return this.#devEnvs.get(context, name);
  }

  /** From now on somebody wants to see them. The host opens the connection. */
  begin(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    if (this.#isConnected) this.refresh();
  }

  /** Takes in what the core answered or told of one. */
  put(devEnv: DevEnv): void {
    this.#devEnvs.put(devEnv);
    this.#changed();
  }

  /** Somebody has said that they work there: no stop is near any more. */
  worked(context: string, name: string): void {
    const known = this.get(context, name);
    if (known?.state === 'running') this.put({ ...known, idle: { stopAfterMs: known.idle.stopAfterMs, idleMs: 0 } });
  }

  remove(context: string, name: string): void {
    this.#devEnvs.remove(context, name);
    this.#changed();
  }

  /** Reads every cluster anew, and forgets those that are gone, with their DevEnvs. */
  refresh(): void {
    this.#isWanted = true;
    const there = new Set(this.#core.contexts.filter((name) => name !== 'local'));
    for (const context of this.#contexts.keys()) if (!there.has(context)) this.#forget(context);
    for (const context of there) this.#load(context);
    if (there.size === 0) this.#loaded = true;
    this.#changed();
  }

  dispose(): void {
    this.#ending.abort(new SlipwayError('cancelled', 'The window is closing.'));
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#held?.dispose();
    this.#changes.dispose();
  }

  #onConnection(connected: boolean): void {
    this.#isConnected = connected;
    this.#watches.clear();
    this.#listed.clear();
    this.#devEnvs.abandonLists();
    if (!this.#isWanted) return;
    if (connected) this.refresh();
    else {
      for (const context of this.#contexts.keys()) this.#lose(context, this.#now(), undefined);
      this.#changed();
    }
  }

  #onContext({ context, state, since, reason }: NotificationParams<'devenv/context'>): void {
    if (!this.#contexts.has(context)) return;
    // What could not be read while the context was out of reach can be now.
    if (state === 'live' && !this.#listed.has(context) && !this.#devEnvs.isReading(context)) this.#load(context);
    else if (state === 'stale') this.#lose(context, since, reason === undefined ? undefined : { message: reason });
    else this.#setContext(context, 'live', undefined, undefined);
    this.#changed();
  }

  /** What could not be read for want of a sign-in can be now. */
  #onIdentity(context: string, state: SignInStatus['state']): void {
    const isThere = this.#contexts.has(context) && !this.#devEnvs.isReading(context);
    if (state !== 'signedIn' || !isThere || this.#listed.has(context)) return;
    this.#load(context);
    this.#changed();
  }

  #forget(context: string): void {
    this.#contexts.delete(context);
    this.#watches.delete(context);
    this.#listed.delete(context);
    this.#devEnvs.forget(context);
  }

  #load(context: string): void {
    this.#setContext(context, 'loading', this.#contexts.get(context)?.since, undefined);
    const reading = this.#devEnvs.beginList(context);
    // A context that cannot be read says so in its own row and keeps no other from being shown.
    this.#read(reading)
      .catch((error: unknown) => {
        if (SlipwayError.is(error, 'cancelled') || !this.#devEnvs.isCurrent(reading)) return;
        this.#lose(context, this.#now(), troubleOf(error));
      })
      .finally(() => {
        if (this.#ending.signal.aborted || !this.#contexts.has(context)) return;
        this.#devEnvs.endList(reading);
        this.#loaded = true;
        this.#changed();
      });
  }

  async #read(reading: DevEnvReading): Promise<void> {
    const { context } = reading;
    await this.#watch(context);
    if (!this.#devEnvs.isCurrent(reading)) return;
    const { devEnvs, problems } = await this.#core.request('devenvs/list', { context }, this.#ending.signal);
    if (!this.#devEnvs.isCurrent(reading)) return;
    const problem = problems.find((each) => each.context === context);
    if (problem !== undefined) {
      this.#lose(context, this.#now(), problem);
      return;
    }
    this.#devEnvs.takeList(reading, devEnvs);
    this.#listed.add(context);
    if (this.#contexts.get(context)?.state === 'loading') this.#setContext(context, 'live', undefined, undefined);
  }

  /** Once a context and connection: every watch tells of every change. */
  #watch(context: string): Promise<unknown> {
    const known = this.#watches.get(context);
    if (known !== undefined) return known;
    const watch = this.#core.request('devenvs/watch', { context }, this.#ending.signal);
    this.#watches.set(context, watch);
    watch.catch(() => {
      if (this.#watches.get(context) === watch) this.#watches.delete(context);
    });
    return watch;
  }

  #changed(): void {
    const isUp = this.#isWanted && this.#devEnvs.all.some(({ mine, state }) => mine && hasPod.has(state));
    if (isUp) this.#held ??= this.#core.hold();
    else {
      this.#held?.dispose();
      this.#held = undefined;
    }
    this.#changes.fire(undefined);
  }

  /** However often it is tried for in vain, its DevEnvs are shown as of when it was lost first. */
  #lose(context: string, now: number, trouble: Trouble | undefined): void {
    const since = this.#contexts.get(context)?.since ?? now;
    this.#setContext(context, 'stale', Math.min(now, since), trouble);
  }

  #setContext(
    name: string,
    state: ContextState['state'],
    since: number | undefined,
    trouble: Trouble | undefined,
  ): void {
    const { message: reason, action, forbidden = false } = trouble ?? {};
    this.#contexts.set(name, { name, state, since, reason, action, forbidden });
  }
}

const hasPod: ReadonlySet<DevEnv['state']> = new Set(['starting', 'running', 'stopping']);

function troubleOf(error: unknown): Trouble {
  if (SlipwayError.is(error)) {
    return { message: error.message, action: error.action, forbidden: error.code === 'cluster.forbidden' };
  }
  return { message: error instanceof Error ? error.message : String(error) };
}
