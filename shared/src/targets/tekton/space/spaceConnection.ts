import type { ReflectorState } from '../../../kubernetes/index.ts';
import { type ErrorCode, SlipwayError } from '../../../protocol/index.ts';
import type { TargetChange } from '../../runTarget.ts';

export type ConnectionChange = Extract<TargetChange, { kind: 'connection' }>;

/** One word for all watches of a space: the cluster is heard while each of them hears it. */
export class SpaceConnection {
  readonly #tell: (change: ConnectionChange) => void;
  readonly #now: () => number;
  /** Watches that have heard nothing lately. */
  readonly #silent = new Set<string>();
  /** What was told last, while that is that nothing is heard. */
  #stale: ConnectionChange | undefined;
  /** Why, as a code. */
  #cause: ErrorCode | undefined;

  constructor(tell: (change: ConnectionChange) => void, now: () => number) {
    this.#tell = tell;
    this.#now = now;
  }

  /** What those have to know who begin to listen now; undefined where all is well. */
  get stale(): ConnectionChange | undefined {
    return this.#stale;
  }

  /** A watch is in another state. */
  take(watch: string, state: ReflectorState): void {
    const silent = isSilent(state);
    if (silent === undefined) return;
    if (silent) this.#silent.add(watch);
    else this.#silent.delete(watch);
    this.#settle(state.since, state.error);
  }

  /** Watches whose names begin so have ended. */
  drop(prefix: string): void {
    for (const watch of this.#silent) if (watch.startsWith(prefix)) this.#silent.delete(watch);
    this.#settle(this.#now(), undefined);
  }

  #settle(since: number, error: SlipwayError | undefined): void {
    const isStale = this.#silent.size > 0;
    const before = this.#stale;
    // Another reason is news: a connection that was cut comes back to find that nobody is signed in.
    const isOther = isStale && error !== undefined && error.code !== this.#cause;
    if (isStale === (before !== undefined) && !isOther) return;
    const change: ConnectionChange = {
      kind: 'connection',
      state: isStale ? 'stale' : 'live',
      since: isStale ? (before?.since ?? since) : since,
      ...(error !== undefined && { reason: error.message }),
      ...(SlipwayError.is(error, 'cluster.forbidden') && { forbidden: true }),
    };
    this.#stale = isStale ? change : undefined;
    this.#cause = isStale ? error?.code : undefined;
    this.#tell(change);
  }
}

/** Undefined while that is not known: a first list is under way. */
function isSilent({ state, error }: ReflectorState): boolean | undefined {
  if (state !== 'syncing') return state === 'stale';
  if (error === undefined) return undefined;
  // What may not be read is no trouble of the connection: whoever asks for it is told.
  return SlipwayError.is(error, 'cluster.forbidden') ? undefined : true;
}
