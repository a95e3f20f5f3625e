import type { ObservedRun } from '../observe/index.ts';
import { WatchedRunObjects, type RunObjectsOptions } from './runObjects.ts';
import { RunObserver, type RunObserverOptions } from './runObserver.ts';
import { SharedRunObjects } from './sharedRunObjects.ts';
import type { SpaceConnection } from './spaceConnection.ts';

interface Followed {
  readonly observer: RunObserver;
  /** Epoch ms. */
  usedAt: number;
  /** Requests that wait for it. */
  waiting: number;
}

export interface FollowedRunsOptions extends Omit<RunObserverOptions, 'run' | 'observed' | 'objects' | 'onGrowth'> {
  readonly random: () => number;
  readonly onGrowth: (run: string) => void;
  /** Is told how far the watches can be believed. */
  readonly connection: Pick<SpaceConnection, 'take' | 'drop'>;
}

/** No run is called so. */
const sharedWatches = '/runs/';

/** An observer for each run that goes on and that somebody looks at. */
export class FollowedRuns {
  readonly #options: FollowedRunsOptions;
  readonly #shared: SharedRunObjects;
  readonly #runs = new Map<string, Followed>();

  constructor(options: FollowedRunsOptions) {
    this.#options = options;
    const { connection } = options;
    this.#shared = new SharedRunObjects({
      ...options,
      onState: (plural, state) => connection.take(`${sharedWatches}${plural}`, state),
      onClose: (plural) => connection.drop(`${sharedWatches}${plural}`),
    });
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

  /**
   * @param observed what was told of it already
   * @param isOneOfAll all runs that go on are followed, so that one watch serves them
   */
  follow(run: string, observed: ObservedRun | undefined, isOneOfAll: boolean): void {
    if (this.#runs.has(run)) return;
    const { onGrowth, connection, ...options } = this.#options;
    const onState: RunObjectsOptions['onState'] = (plural, state) => connection.take(`${run}/${plural}`, state);
    const own = new WatchedRunObjects({ ...options, onState }, run);
    const objects = isOneOfAll ? this.#shared.of(run, own) : own;
    const observer = new RunObserver({ ...options, run, observed, objects, onGrowth: () => onGrowth(run) });
    this.#runs.set(run, { observer, usedAt: this.#options.clock.now(), waiting: 0 });
  }

  stop(run: string): void {
    this.#runs.get(run)?.observer.dispose();
    this.#runs.delete(run);
    this.#options.connection.drop(`${run}/`);
  }

  names(): string[] {
    return [...this.#runs.keys()];
  }

  /** Those that nobody has asked for since `before`, epoch ms. */
  idle(before: number): string[] {
    return [...this.#runs].filter(([, { waiting, usedAt }]) => waiting === 0 && usedAt < before).map(([run]) => run);
  }
}
