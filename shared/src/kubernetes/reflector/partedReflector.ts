import * as z from 'zod';
import { SlipwayError } from '../../protocol/index.ts';
import { asSlipwayError, classify } from '../failure.ts';
import { failed, freshBackOff, waitMs } from '../timing/backOff.ts';
import { listAttempt } from './listing.ts';
import { isOpen, RunningReflector, type Reflector, type ReflectorOptions } from './reflector.ts';
import { placeOf, type Change } from './store.ts';
import { Waiting } from './waiting.ts';
import { readObject, type RawObject } from './watchEvent.ts';

/** What tells which part of a collection an object belongs to. */
export interface PartMetadata {
  readonly name: string;
  readonly labels: Readonly<Record<string, unknown>>;
}

export interface PartedReflectorOptions<S extends z.ZodType<{ readonly metadata: PartMetadata }>> extends Omit<
  ReflectorOptions<S>,
  'onChange' | 'options'
> {
  /** Of the watch: what it leaves out belongs to no part. */
  readonly options?: { readonly labelSelector?: string; readonly probeMs?: number };
  readonly partOf: (metadata: PartMetadata) => string;
  /**
   * Reads the objects of parts as they are now, without the objects of others. Not "no older than" where the watch has come to: the server's
   * memory of a kind that seldom changes may be behind that, and would be waited for in vain.
   * @throws SlipwayError as `KubernetesApi.list`
   */
  readonly read: (parts: readonly string[], signal: AbortSignal) => Promise<readonly unknown[]>;
}

/** The objects of one part; `dispose` ends what is kept of it. */
export type Part<T> = Pick<Reflector<T>, 'items' | 'state' | 'synced' | 'dispose'>;

/** Some parts of a large collection, kept up to date by one watch of all of it. */
export interface PartedReflector<T> {
  /** Keeps another part; one of a name at a time. `onChange` is called for each object of it that comes, changes or goes. */
  include(name: string, onChange: () => void): Part<T>;
  dispose(): void;
}

/** How long parts are gathered, so that those asked for together are read together, ms. */
const gatherMs = 10;

/** Lists parts and watches all until it is disposed. Listeners must not throw. */
export function createPartedReflector<S extends z.ZodType<{ readonly metadata: PartMetadata }>>(
  options: PartedReflectorOptions<S>,
): PartedReflector<z.output<S>> {
  return new RunningPartedReflector(options);
}

interface KeptPart<T> {
  readonly name: string;
  readonly items: Map<string, T>;
  readonly onChange: () => void;
  readonly waiting: Waiting;
  /** Its objects were read: from there on, the watch tells. */
  isRead: boolean;
}

class RunningPartedReflector<S extends z.ZodType<{ readonly metadata: PartMetadata }>> implements PartedReflector<
  z.output<S>
> {
  readonly #options: PartedReflectorOptions<S>;
  readonly #parts = new Map<string, KeptPart<z.output<S>>>();
  readonly #reflector: RunningReflector<S>;
  readonly #life = new AbortController();
  /** What the watch told of while a part was read beside it: that is newer. */
  #touched = new Set<string>();
  #listing: readonly KeptPart<z.output<S>>[] = [];
  /** How many lists came to their end: what was read before one is older than the watch after it. */
  #lists = 0;
  #reading = false;

  constructor(options: PartedReflectorOptions<S>) {
    this.#options = options;
    this.#reflector = new RunningReflector<S>(
      { ...options, onChange: (change) => this.#take(change) },
      {
        list: (signal) => this.#list(signal),
        listed: () => this.#listed(),
        takes: (object) => this.#takes(object),
      },
    );
  }

  include(name: string, onChange: () => void): Part<z.output<S>> {
    const part: KeptPart<z.output<S>> = { name, items: new Map(), onChange, waiting: new Waiting(), isRead: false };
    this.#parts.set(name, part);
    void this.#readUnread();
    const reflector = this.#reflector;
    const since = this.#options.clock.now();
    return {
      items: part.items,
      get state() {
        return part.isRead ? reflector.state : { state: 'syncing' as const, since };
      },
      synced: (signal) => this.#synced(part, signal),
      dispose: () => this.#exclude(part),
    };
  }

  dispose(): void {
    for (const part of [...this.#parts.values()]) this.#exclude(part);
    this.#life.abort();
    this.#reflector.dispose();
  }

  #exclude(part: KeptPart<z.output<S>>): void {
    if (!this.#keeps(part)) return;
    this.#parts.delete(part.name);
    this.#reflector.forget(({ metadata }) => this.#options.partOf(metadata) === part.name);
    part.waiting.settle(new SlipwayError('cancelled', 'The watch was ended.'));
  }

  async #synced(part: KeptPart<z.output<S>>, signal: AbortSignal): Promise<void> {
    await this.#reflector.synced(signal);
    if (part.isRead) return;
    if (!this.#keeps(part)) throw new SlipwayError('cancelled', 'The watch was ended.');
    await part.waiting.wait(signal);
  }

  #keeps(part: KeptPart<z.output<S>>): boolean {
    return this.#parts.get(part.name) === part;
  }

  #partOf(metadata: PartMetadata): KeptPart<z.output<S>> | undefined {
    return this.#parts.get(this.#options.partOf(metadata));
  }

  #take({ type, object }: Change<z.output<S>>): void {
    const part = this.#partOf(object.metadata);
    if (part === undefined) return;
    const key = this.#options.key(object);
    if (type === 'deleted') part.items.delete(key);
    else part.items.set(key, object);
    part.onChange();
  }

  #takes(object: RawObject): boolean {
    if (this.#partOf(object) === undefined) return false;
    if (this.#reading) this.#touched.add(placeOf(object));
    return true;
  }

  async #list(signal: AbortSignal): Promise<{ objects: RawObject[]; resourceVersion: string }> {
    const { api, path, clock } = this.#options;
    await clock.sleep(gatherMs, signal);
    // A page of one object tells the version of now.
    const { resourceVersion } = await api.list(path, { limit: 1 }, z.unknown(), signal);
    const parts = [...this.#parts.values()];
    const objects = await this.#read(parts, signal);
    this.#listing = parts;
    return { objects, resourceVersion };
  }

  #listed(): void {
    this.#lists += 1;
    this.#areRead(this.#listing);
    this.#listing = [];
    // Others may have been asked for since.
    void this.#readUnread();
  }

  #areRead(parts: readonly KeptPart<z.output<S>>[]): void {
    for (const part of parts.filter((each) => this.#keeps(each))) {
      part.isRead = true;
      // That there is nothing is news, too.
      part.onChange();
      part.waiting.settle();
    }
  }

  /** Objects of the parts that are still kept when they have come. */
  async #read(parts: readonly KeptPart<z.output<S>>[], signal: AbortSignal): Promise<RawObject[]> {
    const names = parts.map(({ name }) => name);
    const values = await this.#options.read(names, signal);
    const wanted = new Set(parts.filter((part) => this.#keeps(part)));
    return values.flatMap((value) => {
      const object = readObject(value);
      const part = object === undefined ? undefined : this.#partOf(object);
      return object !== undefined && part !== undefined && wanted.has(part) ? [object] : [];
    });
  }

  /** Reads beside the watch what was asked for since it began; one reader at a time. */
  async #readUnread(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    const { clock, random, onState } = this.#options;
    const { signal } = this.#life;
    for (let backOff = freshBackOff; !signal.aborted;) {
      try {
        await clock.sleep(Math.max(gatherMs, waitMs(backOff, random)), signal);
        const parts = [...this.#parts.values()].filter(({ isRead }) => !isRead);
        // Where a list has to come first, it reads them all.
        const isToRead = parts.length > 0 && this.#reflector.version !== undefined;
        if (isToRead) await this.#readBeside(parts, signal);
        if (backOff.failures > 0) onState?.(this.#reflector.state);
        if (!isToRead) break;
        backOff = freshBackOff;
      } catch (error) {
        backOff = failed(backOff, clock.now());
        if (isOpen(signal)) this.#notRead(error);
      }
    }
    this.#reading = false;
  }

  async #readBeside(parts: readonly KeptPart<z.output<S>>[], signal: AbortSignal): Promise<void> {
    const lists = this.#lists;
    this.#touched = new Set();
    const objects = await this.#read(parts, signal);
    if (lists !== this.#lists) return;
    this.#reflector.put(objects.filter((object) => !this.#touched.has(placeOf(object))));
    this.#areRead(parts);
  }

  /** Whoever waits is told what the cluster does not allow; anything else may pass, and is a matter of the connection. */
  #notRead(thrown: unknown): void {
    const { clock, onState } = this.#options;
    const error = asSlipwayError(thrown, 'The list', listAttempt(this.#options));
    onState?.({ state: 'syncing', since: clock.now(), error });
    if (classify(thrown) !== 'refused') return;
    for (const part of this.#parts.values()) if (!part.isRead) part.waiting.settle(error);
  }
}
