import type { Pod } from '../../targets/index.ts';

type Words = string | undefined;

/** A part of the time that a pod has waited: so long what was said of it is good enough. */
const part = 30;
const leastMs = 900;
const mostMs = 30_000;
const mostKept = 200;

/**
 * Why pods wait. Saying so takes a look at all nodes and what runs on them: the longer a pod has waited, the less often that is done.
 * What changes about the pod itself is looked at at once.
 */
export class PendingWords {
  readonly #now: () => number;
  /** By uid of the pod. */
  readonly #known = new Map<string, { readonly at: number; readonly version: string; readonly words: Words }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  async of({ metadata }: Pod, look: () => Promise<Words>): Promise<Words> {
    const { uid, resourceVersion: version, creationTimestamp } = metadata;
    if (uid === undefined || version === undefined) return look();
    const now = this.#now();
    const freshMs = Math.min(mostMs, Math.max(leastMs, (now - (creationTimestamp ?? now)) / part));
    const known = this.#known.get(uid);
    if (known?.version === version && now - known.at < freshMs) return known.words;
    const words = await look();
    this.#known.delete(uid);
    this.#known.set(uid, { at: now, version, words });
    for (const old of this.#known.keys()) {
      if (this.#known.size <= mostKept) break;
      this.#known.delete(old);
    }
    return words;
  }
}
