import type { Disposable, RunTarget, TargetChange, WatchScope } from '../targets/index.ts';

/** How long a watch is kept for the next listener: starting one looks at every run of the target. */
const lingerMs = 30_000;

/** One watch of a target for all who want to hear of its changes. Watches only while somebody listens, or lately did. */
export class TargetHub implements Disposable {
  readonly #target: RunTarget;
  readonly #listeners = new Set<(change: TargetChange) => void>();
  #watch: { readonly scope: WatchScope; readonly own: Disposable } | undefined;
  #ending: NodeJS.Timeout | undefined;
  /** What was told of the connection last. */
  #connection: TargetChange | undefined;

  constructor(target: RunTarget) {
    this.#target = target;
  }

  /** @param scope which runs have to be told of; others may be told of too */
  listen(listener: (change: TargetChange) => void, scope: WatchScope): Disposable {
    const own = (change: TargetChange): void => listener(change);
    this.#listeners.add(own);
    clearTimeout(this.#ending);
    if (this.#watch === undefined || (scope === 'all' && this.#watch.scope === 'asked')) this.#begin(scope);
    else if (this.#connection?.kind === 'connection' && this.#connection.state === 'stale') own(this.#connection);
    return { dispose: () => this.#leave(own) };
  }

  dispose(): void {
    clearTimeout(this.#ending);
    this.#listeners.clear();
    this.#watch?.own.dispose();
    this.#watch = undefined;
    this.#connection = undefined;
  }

  /** Begins to watch, or to watch more than before. */
  #begin(scope: WatchScope): void {
    const before = this.#watch;
    const own = this.#target.watch((change) => {
      if (change.kind === 'connection') this.#connection = change;
      for (const each of this.#listeners) each(change);
    }, scope);
    this.#watch = { scope, own };
    before?.own.dispose();
  }

  #leave(listener: (change: TargetChange) => void): void {
    if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return;
    clearTimeout(this.#ending);
    this.#ending = setTimeout(() => this.dispose(), lingerMs);
    // A watch that nobody uses keeps no program alive.
    this.#ending.unref();
  }
}
