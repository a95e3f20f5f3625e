import type * as z from 'zod';
import type { RawObject } from './watchEvent.ts';

/** What became of an object. Of a deleted one, `object` is the last state that is known. */
export type Change<T> =
  | { readonly type: 'added'; readonly object: T }
  | { readonly type: 'modified'; readonly object: T; readonly before: T }
  | { readonly type: 'deleted'; readonly object: T };

interface Entry<T> {
  readonly key: string;
  readonly object: T;
  readonly uid: string;
  readonly resourceVersion: string;
}

export interface StoreOptions<S extends z.ZodType> {
  readonly schema: S;
  readonly key: (object: z.output<S>) => string;
  readonly onChange: (change: Change<z.output<S>>) => void;
  /** An object that does not match the schema: it counts as not there. */
  readonly onUnreadable: (name: string, error: z.ZodError) => void;
}

/** The objects as last heard of. Every call takes constant time but the end of a relist. */
export class Store<S extends z.ZodType> {
  readonly #options: StoreOptions<S>;
  readonly #objects = new Map<string, z.output<S>>();
  /** By namespace and name. */
  readonly #entries = new Map<string, Entry<z.output<S>>>();
  #listed: Set<string> | undefined;

  constructor(options: StoreOptions<S>) {
    this.#options = options;
  }

  get items(): ReadonlyMap<string, z.output<S>> {
    return this.#objects;
  }

  /** From here to `endList`, what is put is all there is. */
  beginList(): void {
    this.#listed = new Set();
  }

  /** A list that came to its end: what was not in it is deleted. */
  endList(): void {
    const listed = this.#listed;
    this.#listed = undefined;
    if (listed === undefined) return;
    for (const place of this.#entries.keys()) if (!listed.has(place)) this.#delete(place);
  }

  /** Takes an object as it is now; says nothing where it is as it was. */
  put(raw: RawObject): void {
    const place = placeOf(raw);
    this.#listed?.add(place);
    const known = this.#entries.get(place);
    if (known?.uid === raw.uid && known.resourceVersion === raw.resourceVersion) return;
    const parsed = this.#options.schema.safeParse(raw.value);
    if (!parsed.success) {
      this.#delete(place);
      this.#options.onUnreadable(raw.name, parsed.error);
      return;
    }
    // Deleted and made again under the same name, unseen: that is another object.
    if (known !== undefined && known.uid !== raw.uid) this.#delete(place);
    this.#set(place, raw, parsed.data);
  }

  remove(raw: RawObject): void {
    const place = placeOf(raw);
    this.#listed?.delete(place);
    const known = this.#entries.get(place);
    if (known?.uid === raw.uid) this.#delete(place);
  }

  /** Lets go of objects without a word. */
  forget(isForgotten: (object: z.output<S>) => boolean): void {
    for (const [place, { key, object }] of this.#entries) {
      if (!isForgotten(object)) continue;
      this.#entries.delete(place);
      this.#objects.delete(key);
    }
  }

  #set(place: string, raw: RawObject, object: z.output<S>): void {
    const key = this.#options.key(object);
    const before = this.#entries.get(place);
    if (before !== undefined && before.key !== key) this.#objects.delete(before.key);
    this.#entries.set(place, { key, object, uid: raw.uid, resourceVersion: raw.resourceVersion });
    this.#objects.set(key, object);
    this.#options.onChange(
      before === undefined ? { type: 'added', object } : { type: 'modified', object, before: before.object },
    );
  }

  #delete(place: string): void {
    const known = this.#entries.get(place);
    if (known === undefined) return;
    this.#entries.delete(place);
    this.#objects.delete(known.key);
    this.#options.onChange({ type: 'deleted', object: known.object });
  }
}

export function placeOf({ namespace, name }: Pick<RawObject, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}
