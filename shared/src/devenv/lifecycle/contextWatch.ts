import {
  createReflector,
  type Clock,
  type Random,
  type Reflector,
  type ReflectorState,
} from '../../kubernetes/index.ts';
import { SlipwayError, type DevEnv } from '../../protocol/index.ts';
import type { Claim, Pod, PodReading } from '../../targets/index.ts';
import { devEnvSelector, type DevEnvReader } from './devEnvReader.ts';
import { isLookDue } from './nextLook.ts';

/** What is told of the DevEnvs of a context. */
export type DevEnvChange =
  | { readonly kind: 'changed'; readonly devEnv: DevEnv }
  | { readonly kind: 'deleted'; readonly context: string; readonly name: string }
  | {
      readonly kind: 'connection';
      readonly context: string;
      readonly state: 'live' | 'stale';
      /** Epoch ms. */
      readonly since: number;
      readonly reason?: string;
    };

export type DevEnvListener = (change: DevEnvChange) => void;

export interface ContextWatchOptions {
  readonly context: string;
  readonly open: (signal: AbortSignal) => Promise<DevEnvReader>;
  readonly reading: PodReading;
  readonly clock: Clock;
  readonly random: Random;
  readonly onError: (error: unknown) => void;
}

/** What one that starts waits for changes without its objects changing, ms. */
const startingMs = 2_000;
/** After so long a context that could not be opened is tried again, ms. */
const reopenMs = 10_000;

/** Follows the DevEnvs of one context for as many listeners as there are. */
export class ContextWatch {
  readonly #options: ContextWatchOptions;
  readonly #listeners = new Set<DevEnvListener>();
  /** As it was told last, by name. */
  readonly #told = new Map<string, DevEnv>();
  /** When each was asked last, by the clock. */
  readonly #asked = new Map<string, number>();
  readonly #reading = new Set<string>();
  readonly #changedMeanwhile = new Set<string>();
  /** Pods as they were seen last, also such as are gone: they may tell why. */
  readonly #seen = new Map<string, Pod>();
  #following: { readonly reader: DevEnvReader; readonly stop: () => void } | undefined;
  #claims: Reflector<Claim> | undefined;
  #pods: Reflector<Pod> | undefined;
  /** Claims and pods are both seen as they are now; not while one of them is read anew after a cut. */
  #isComplete = false;
  #life = new AbortController();
  #connection: Extract<DevEnvChange, { kind: 'connection' }> | undefined;

  constructor(options: ContextWatchOptions) {
    this.#options = options;
    this.#begin();
  }

  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  /** What is known already is told at once. */
  add(listener: DevEnvListener): void {
    this.#listeners.add(listener);
    for (const devEnv of this.#told.values()) this.#call(listener, { kind: 'changed', devEnv });
    if (this.#connection?.state === 'stale') this.#call(listener, this.#connection);
  }

  remove(listener: DevEnvListener): void {
    this.#listeners.delete(listener);
  }

  /** The configuration changed, or somebody signed in: another space, another person, or one that could not be asked before. */
  reopen(): void {
    this.#life.abort();
    this.#life = new AbortController();
    this.#begin();
  }

  dispose(): void {
    this.#life.abort();
    this.#listeners.clear();
    this.#following?.stop();
  }

  #begin(): void {
    const { signal } = this.#life;
    this.#open(signal).catch((error: unknown) => {
      if (!signal.aborted) this.#options.onError(error);
    });
  }

  async #open(signal: AbortSignal): Promise<void> {
    const { clock, open } = this.#options;
    for (;;) {
      try {
        const reader = await open(signal);
        await reader.user(signal);
        signal.throwIfAborted();
        if (reader === this.#following?.reader) this.#lookAtAll();
        else this.#follow(reader);
        break;
      } catch (error) {
        signal.throwIfAborted();
        this.#connected('stale', clock.now(), SlipwayError.is(error) ? error.message : undefined);
        await clock.sleep(reopenMs, signal);
      }
    }
    await this.#keepLooking(signal);
  }

  #follow(reader: DevEnvReader): void {
    this.#following?.stop();
    for (const name of this.#told.keys()) this.#forget(name);
    this.#seen.clear();
    this.#isComplete = false;
    const { objects } = reader;
    const { reading, clock, random } = this.#options;
    const states = new Map<string, ReflectorState>();
    const shared = { api: objects.api, options: { labelSelector: devEnvSelector }, clock, random };
    const own = <T extends Claim | Pod>(which: string, onSeen: (object: T) => void = () => undefined) => ({
      onChange: ({ object }: { readonly object: T }) => {
        onSeen(object);
        this.look(object.metadata.name);
      },
      onState: (state: ReflectorState) => {
        states.set(which, state);
        this.#judge([...states.values()]);
      },
    });
    const key = ({ metadata }: Claim | Pod): string => metadata.name;
    const claims = createReflector({
      ...shared,
      path: objects.claimPath(),
      schema: reading.claimSchema,
      key,
      ...own<Claim>('claims'),
    });
    const pods = createReflector({
      ...shared,
      path: objects.podPath(),
      schema: reading.podSchema,
      key,
      ...own<Pod>('pods', (pod) => this.#seen.set(pod.metadata.name, pod)),
    });
    this.#claims = claims;
    this.#pods = pods;
    this.#following = {
      reader,
      stop: () => {
        claims.dispose();
        pods.dispose();
      },
    };
  }

  #judge(states: readonly ReflectorState[]): void {
    const areAllLive = states.length === 2 && states.every(({ state }) => state === 'live');
    const wasComplete = this.#isComplete;
    this.#isComplete = areAllLive;
    const stale = states.find(({ state, error }) => state === 'stale' || (state === 'syncing' && error !== undefined));
    if (stale !== undefined) this.#connected('stale', stale.since, stale.error?.message);
    else if (areAllLive) {
      this.#connected('live', Math.max(...states.map(({ since }) => since)), undefined);
      if (!wasComplete) this.#lookAtAll();
    }
  }

  #lookAtAll(): void {
    for (const name of new Set([...(this.#claims?.items.keys() ?? []), ...this.#told.keys()])) this.look(name);
  }

  #connected(state: 'live' | 'stale', since: number, reason: string | undefined): void {
    if (this.#connection?.state === state && this.#connection.reason === reason) return;
    const { context } = this.#options;
    this.#connection = { kind: 'connection', context, state, since, ...(reason !== undefined && { reason }) };
    this.#tell(this.#connection);
  }

  /** One look at a DevEnv at a time; what changes meanwhile is looked at afterwards. */
  look(name: string): void {
    const following = this.#following;
    // Without its pod, a DevEnv that runs would look stopped.
    if (following === undefined || !this.#isComplete) return;
    if (this.#reading.has(name)) {
      this.#changedMeanwhile.add(name);
      return;
    }
    this.#reading.add(name);
    const { signal } = this.#life;
    this.#describe(following.reader, name, signal)
      .catch((error: unknown) => {
        // That the cluster is out of reach is told by the reflectors.
        if (!signal.aborted && !SlipwayError.is(error)) this.#options.onError(error);
      })
      .finally(() => {
        this.#reading.delete(name);
        if (this.#changedMeanwhile.delete(name)) this.look(name);
      });
  }

  async #describe(reader: DevEnvReader, name: string, signal: AbortSignal): Promise<void> {
    const claim = this.#claims?.get(name);
    this.#asked.set(name, this.#options.clock.now());
    const devEnv = claim === undefined ? undefined : await reader.describe(claim, this.#pods?.get(name), true, signal);
    if (reader !== this.#following?.reader) return;
    const seen = this.#seen.get(name);
    this.#seen.delete(name);
    // One's own, so that others' windows do not all say the same.
    if (claim !== undefined && seen !== undefined && devEnv?.mine === true)
      await reader.lastEnds.seen(claim, seen, signal);
    if (devEnv === undefined) {
      this.#forget(name);
      return;
    }
    if (JSON.stringify(this.#told.get(name)) === JSON.stringify(devEnv)) return;
    this.#told.set(name, devEnv);
    this.#tell({ kind: 'changed', devEnv });
  }

  #forget(name: string): void {
    this.#asked.delete(name);
    if (!this.#told.delete(name)) return;
    this.#tell({ kind: 'deleted', context: this.#options.context, name });
  }

  /** What no event of the API tells. */
  async #keepLooking(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    for (;;) {
      await clock.sleep(startingMs, signal);
      for (const devEnv of this.#told.values()) {
        const { name, state } = devEnv;
        const passedMs = clock.now() - (this.#asked.get(name) ?? 0);
        if (state === 'starting' || (state === 'running' && isLookDue(devEnv, passedMs))) this.look(name);
      }
    }
  }

  #tell(change: DevEnvChange): void {
    for (const listener of this.#listeners) this.#call(listener, change);
  }

  #call(listener: DevEnvListener, change: DevEnvChange): void {
    try {
      listener(change);
    } catch (error) {
      this.#options.onError(error);
    }
  }
}
