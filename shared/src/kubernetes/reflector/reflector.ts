import type * as z from 'zod';
import { SlipwayError } from '../../protocol/index.ts';
import type { KubernetesApi, ResourcePath } from '../api.ts';
import { apiFailureOf } from '../errors.ts';
import { asSlipwayError, classify } from '../failure.ts';
import type { Clock } from '../clock.ts';
import type { Random } from '../timing/random.ts';
import { pages, type Selection, type Source, watchAttempt } from './listing.ts';
import {
  advance,
  initialState,
  type FailureKind,
  type MachineState,
  type Outcome,
  type ReflectorState,
} from './machine.ts';
import { Store, type Change } from './store.ts';
import { Waiting } from './waiting.ts';
import { WatchGuard } from './watchGuard.ts';
import { NoAnswer, openWatch, watchEvents } from './watchConnection.ts';
import type { Columns, RawObject, WatchEvent } from './watchEvent.ts';

export interface ReflectorOptions<S extends z.ZodType> {
  readonly api: KubernetesApi;
  /** A collection, of one namespace or of all. */
  readonly path: ResourcePath;
  readonly options?: {
    readonly labelSelector?: string | undefined;
    readonly fieldSelector?: string | undefined;
    /** `table`: the schema gets `{metadata, cells: {Name: …, Succeeded: …}}`, a tenth of the bytes. Default `objects`. */
    readonly as?: 'objects' | 'table';
    /** Ask for the list as a stream, which takes the server less memory; falls back to pages. Default true for objects. */
    readonly streaming?: boolean;
    /** Ask beside a watch that was silent for so long whether it is alive, ms. Default 5,000. */
    readonly probeMs?: number;
  };
  readonly schema: S;
  /** Unique among the objects; default `NAMESPACE/NAME` is not possible, as the schema may drop the metadata. */
  readonly key: (object: z.output<S>) => string;
  readonly clock: Clock;
  readonly random: Random;
  readonly onChange?: (change: Change<z.output<S>>) => void;
  readonly onState?: (state: ReflectorState) => void;
  /** An object that does not match the schema; it is left out. */
  readonly onUnreadable?: (name: string, error: z.ZodError) => void;
}

/** The objects of a collection, kept up to date. */
export interface Reflector<T> {
  readonly items: ReadonlyMap<string, T>;
  readonly state: ReflectorState;
  get(key: string): T | undefined;
  /**
   * Resolves when all objects have been there once.
   * @throws the error of the first try, where the cluster refuses (401, 403, 404); the reflector goes on trying
   */
  synced(signal: AbortSignal): Promise<void>;
  dispose(): void;
}

/** Where not the whole collection is kept: what is listed instead of it, and what is taken of the watch, which is of all. */
export interface Excerpt {
  list(signal: AbortSignal): Promise<{ readonly objects: readonly RawObject[]; readonly resourceVersion: string }>;
  /** What was listed is there now. */
  listed(): void;
  /** Of an event. */
  takes(object: RawObject): boolean;
}

/** Lists and watches until it is disposed. Listeners must not throw. */
export function createReflector<S extends z.ZodType>(options: ReflectorOptions<S>): Reflector<z.output<S>> {
  return new RunningReflector(options);
}

export class RunningReflector<S extends z.ZodType> implements Reflector<z.output<S>> {
  readonly #options: ReflectorOptions<S>;
  readonly #source: Source;
  readonly #excerpt: Excerpt | undefined;
  readonly #store: Store<S>;
  readonly #life = new AbortController();
  readonly #waiting = new Waiting();
  #machine: MachineState;
  #everSynced = false;
  #refusal: SlipwayError | undefined;
  #columns: Columns = [];
  /** Where the watch has come to; undefined before the first list is complete. */
  #version: string | undefined;
  #lastHeard: number | undefined;

  constructor(options: ReflectorOptions<S>, excerpt?: Excerpt) {
    this.#options = options;
    this.#excerpt = excerpt;
    const { labelSelector, fieldSelector, as = 'objects', streaming } = options.options ?? {};
    const selection: Selection = { labelSelector, fieldSelector };
    this.#source = { api: options.api, path: options.path, selection, as };
    this.#store = new Store({
      schema: options.schema,
      key: options.key,
      onChange: (change) => options.onChange?.(change),
      onUnreadable: (name, error) => options.onUnreadable?.(name, error),
    });
    const streams = excerpt === undefined && (streaming ?? as === 'objects');
    this.#machine = initialState(streams, options.clock.now());
    void this.#run();
  }

  get items(): ReadonlyMap<string, z.output<S>> {
    return this.#store.items;
  }

  get state(): ReflectorState {
    return this.#machine.health;
  }

  /** Where the watch has come to; undefined while a list is under way, or has to come. */
  get version(): string | undefined {
    return this.#machine.next.do === 'list' ? undefined : this.#version;
  }

  /** Takes objects that were read beside the watch. */
  put(objects: readonly RawObject[]): void {
    for (const object of objects) this.#store.put(object);
  }

  /** Lets go of objects without a word. */
  forget(isForgotten: (object: z.output<S>) => boolean): void {
    this.#store.forget(isForgotten);
  }

  get(key: string): z.output<S> | undefined {
    return this.#store.items.get(key);
  }

  async synced(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#life.signal.throwIfAborted();
    if (this.#everSynced) return;
    if (this.#refusal !== undefined) throw this.#refusal;
    await this.#waiting.wait(AbortSignal.any([signal, this.#life.signal]));
  }

  dispose(): void {
    this.#life.abort(new SlipwayError('cancelled', 'The watch was ended.'));
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#life;
    while (!signal.aborted) {
      try {
        if (this.#machine.waitMs > 0) await clock.sleep(this.#machine.waitMs, signal);
        // Whoever asks while it is tried again waits for what comes of that.
        this.#refusal = undefined;
        await this.#step(signal);
      } catch (error) {
        if (isOpen(signal)) this.#failed(error);
      }
    }
  }

  async #step(signal: AbortSignal): Promise<void> {
    const { next } = this.#machine;
    if (next.do === 'watch') await this.#watch(next.resourceVersion, signal);
    else if (this.#excerpt !== undefined) await this.#listExcerpt(this.#excerpt, signal);
    else if (next.how === 'paged') await this.#listPages(signal);
    else await this.#listStreaming(signal);
  }

  async #listPages(signal: AbortSignal): Promise<void> {
    this.#version = undefined;
    this.#store.beginList();
    let version = '';
    for await (const page of pages(this.#source, signal)) {
      this.#lastHeard = this.#options.clock.now();
      if (page.columns.length > 0) this.#columns = page.columns;
      for (const object of page.objects) this.#store.put(object);
      version = page.resourceVersion;
    }
    this.#store.endList();
    this.#synced(version);
  }

  async #listExcerpt(excerpt: Excerpt, signal: AbortSignal): Promise<void> {
    this.#version = undefined;
    const { objects, resourceVersion } = await excerpt.list(signal);
    this.#lastHeard = this.#options.clock.now();
    this.#store.beginList();
    this.put(objects);
    this.#store.endList();
    excerpt.listed();
    this.#synced(resourceVersion);
  }

  async #listStreaming(signal: AbortSignal): Promise<void> {
    this.#version = undefined;
    this.#store.beginList();
    const { clock } = this.#options;
    // The server waits for its cache to be up to date before it answers.
    const stream = await openWatch(this.#source, 'initial', undefined, clock, signal, 10_000);
    await this.#follow(stream, signal);
  }

  async #watch(version: string, signal: AbortSignal): Promise<void> {
    const stream = await openWatch(this.#source, { from: version }, undefined, this.#options.clock, signal);
    this.#lastHeard = this.#options.clock.now();
    this.#tell({ kind: 'opened' });
    await this.#follow(stream, signal);
  }

  /** Takes the events of a watch or a streaming list until the server ends it. */
  async #follow(stream: Parameters<typeof watchEvents>[1], signal: AbortSignal): Promise<void> {
    const { clock, options } = this.#options;
    const openedAt = clock.now();
    const guard = new WatchGuard({ source: this.#source, stream, clock, probeMs: options?.probeMs ?? 5_000 }, signal);
    // A watch that goes on has a version before it gives anything, which it may never do.
    if (this.#version !== undefined) guard.at(this.#version);
    try {
      for await (const event of watchEvents(this.#source, stream, this.#columns, () => guard.heard())) {
        this.#lastHeard = clock.now();
        this.#take(event);
        if (this.#version !== undefined) guard.at(this.#version);
      }
    } catch (error) {
      throw guard.lost ?? error;
    } finally {
      this.#lastHeard = Math.max(this.#lastHeard ?? 0, guard.lastHeard);
      guard.dispose();
    }
    if (guard.lost !== undefined) throw guard.lost;
    if (this.#version === undefined)
      throw asSlipwayError(new Error('the server ended it'), 'The list', watchAttempt(this.#source));
    this.#tell({ kind: 'ended', resourceVersion: this.#version, openedAt });
  }

  #take(event: WatchEvent): void {
    switch (event.type) {
      case 'added':
      case 'modified':
        if (this.#takes(event.object)) this.#store.put(event.object);
        break;
      case 'deleted':
        if (this.#takes(event.object)) this.#store.remove(event.object);
        break;
      case 'bookmark':
        if (event.endsInitial && this.#version === undefined) {
          this.#store.endList();
          this.#synced(event.resourceVersion);
        }
        break;
      case 'error':
        throw new WatchError(
          event.code,
          asSlipwayError(new Error(event.message), 'The watch', watchAttempt(this.#source)),
        );
      case 'garbage':
        return;
    }
    if (this.#version === undefined) return;
    this.#version = event.type === 'bookmark' ? event.resourceVersion : event.object.resourceVersion;
  }

  #takes(object: RawObject): boolean {
    return this.#excerpt === undefined || this.#excerpt.takes(object);
  }

  #synced(version: string): void {
    this.#version = version;
    this.#everSynced = true;
    this.#refusal = undefined;
    this.#tell({ kind: 'synced', resourceVersion: version });
    this.#waiting.settle();
  }

  #failed(thrown: unknown): void {
    const expired = thrown instanceof WatchError ? thrown.code === 410 : classify(thrown) === 'expired';
    const kind = thrown instanceof WatchError ? undefined : classify(thrown);
    const error =
      thrown instanceof WatchError ? thrown.error : asSlipwayError(thrown, 'The watch', watchAttempt(this.#source));
    // A streaming list that stalls is as good as none: pages do not.
    const stalled = thrown instanceof NoAnswer && this.#version === undefined;
    const failure: FailureKind = expired ? 'expired' : kind === 'invalid' || stalled ? 'unsupported' : 'other';
    if (kind === 'refused' && !this.#everSynced) {
      this.#refusal = error;
      this.#waiting.settle(error);
    }
    const retryAfterMs = apiFailureOf(thrown)?.retryAfterMs;
    this.#tell({
      kind: 'failed',
      failure,
      error,
      resourceVersion: this.#version,
      lastHeard: this.#lastHeard,
      retryAfterMs,
    });
  }

  #tell(outcome: Outcome): void {
    const before = this.#machine.health;
    this.#machine = advance(this.#machine, outcome, this.#options.clock.now(), this.#options.random);
    const { health } = this.#machine;
    if (health !== before) this.#options.onState?.(health);
  }
}

/** Asked anew after a wait, which the compiler cannot see. */
export function isOpen(signal: AbortSignal): boolean {
  return !signal.aborted;
}

/** An ERROR event. */
class WatchError extends Error {
  readonly code: number;
  readonly error: SlipwayError;

  constructor(code: number, error: SlipwayError) {
    super(error.message);
    this.code = code;
    this.error = error;
  }
}
