import type { Clock } from '../../../kubernetes/index.ts';
import type { Disposable } from '../../runTarget.ts';

/** A busy log would be news thousands of times a second. */
const gatherMs = 8;

/** Tells listeners of runs that have something new: at once, then no more often than they can use it. */
export class Growth {
  readonly #clock: Clock;
  readonly #listeners = new Set<(run: string) => void>();
  /** Runs that were told of a moment ago; true when there was more since. */
  readonly #recent = new Map<string, boolean>();
  readonly #stop = new AbortController();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  listen(listener: (run: string) => void): Disposable {
    const own = (run: string): void => listener(run);
    this.#listeners.add(own);
    return { dispose: () => void this.#listeners.delete(own) };
  }

  grown(run: string): void {
    if (this.#recent.has(run)) this.#recent.set(run, true);
    else this.#tell(run);
  }

  dispose(): void {
    this.#stop.abort();
    this.#listeners.clear();
  }

  #tell(run: string): void {
    if (this.#stop.signal.aborted) return;
    this.#recent.set(run, false);
    // By itself, so that a listener's error is the listener's.
    for (const listener of this.#listeners) queueMicrotask(() => this.#listeners.has(listener) && listener(run));
    this.#clock.sleep(gatherMs, this.#stop.signal).then(
      () => {
        const more = this.#recent.get(run) === true;
        this.#recent.delete(run);
        if (more) this.#tell(run);
      },
      () => undefined, // Disposed.
    );
  }
}
