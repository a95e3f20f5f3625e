import type { ReflectorState } from '../../../kubernetes/index.ts';
import type { ObservedRun } from '../observe/index.ts';
import { RunObserver, type RunObserverOptions } from './runObserver.ts';

interface Followed {
  readonly observer: RunObserver;
  /** Epoch ms. */
  usedAt: number;
  /** Requests that wait for it. */
  waiting: number;
}

export interface FollowedRunsOptions extends Omit<RunObserverOptions, 'run' | 'observed' | 'onGrowth' | 'onState'> {
  readonly onGrowth: (run: string) => void;
  readonly onState: (watch: string, state: ReflectorState) => void;
}

/** An observer for each run that goes on and that somebody looks at. */
export class FollowedRuns {
  readonly #options: FollowedRunsOptions;
  readonly #runs = new Map<string, Followed>();

  constructor(options: FollowedRunsOptions) {
    this.#options = options;
  }

  has(run: string): boolean {
    return this.#runs.has(run);
  }

  /** As it is, whatever it has seen yet. */
  get(run: string): RunObserver | undefined {
    return this.#runs.get(run)?.observer;
  }

  /** When it has seen the run; undefined where it is not followed. @throws SlipwayError as `RunObserver.ready` */
  async ready(run: string, signal: AbortSignal): Promise<RunObserver | undefined> {
    const followed = this.#runs.get(run);
    if (followed === undefined) return undefined;
    followed.waiting += 1;
    try {
      await followed.observer.ready(signal);
    } finally {
      followed.waiting -= 1;
      followed.usedAt = this.#options.clock.now();
    }
    return followed.observer;
  }

  /** @param observed what was told of it already */
  follow(run: string, observed: ObservedRun | undefined): void {
    if (this.#runs.has(run)) return;
    const { onGrowth, onState, ...options } = this.#options;
    const observer = new RunObserver({
      ...options,
      run,
      observed,
      onState: (what, state) => onState(`${run}/${what}`, state),
      onGrowth: () => onGrowth(run),
    });
    this.#runs.set(run, { observer, usedAt: this.#options.clock.now(), waiting: 0 });
  }

  stop(run: string): void {
    this.#runs.get(run)?.observer.dispose();
    this.#runs.delete(run);
  }

  names(): string[] {
    return [...this.#runs.keys()];
  }

  /** Those that nobody has asked for since `before`, epoch ms. */
  idle(before: number): string[] {
    return [...this.#runs].filter(([, { waiting, usedAt }]) => waiting === 0 && usedAt < before).map(([run]) => run);
  }
}
