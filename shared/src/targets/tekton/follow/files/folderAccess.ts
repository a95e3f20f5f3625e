import type { Clock } from '../../../../kubernetes/index.ts';
import { SlipwayError } from '../../../../protocol/index.ts';
import { allRuns } from '../reader/readerPodOf.ts';
import type { ReaderLease, ReaderPods } from '../reader/readerPods.ts';
import type { StartHelper } from '../remoteProcess.ts';
import type { PodContainer, RunLocator } from '../runPlace.ts';
import { ConnectionPool } from './connectionPool.ts';
import type { FilesConnection } from './filesConnection.ts';

/** Between a pod that has ended and a run that is final lies a moment. */
const betweenMs = 300;
const mostTries = 20;

/** A connection that is at hand until it is `done` with. */
export interface TakenConnection {
  readonly connection: FilesConnection;
  /** Idempotent. */
  done(): void;
}

export interface FolderAccessOptions {
  readonly locator: RunLocator;
  readonly readers: ReaderPods;
  readonly startHelper: StartHelper;
  readonly clock: Clock;
}

/** Ways to the folders of runs: through the run's pod while it lives, through a reader pod afterwards. */
export class FolderAccess {
  readonly #options: FolderAccessOptions;
  readonly #pools = new Map<string, ConnectionPool>();

  constructor(options: FolderAccessOptions) {
    this.#options = options;
  }

  /**
   * A connection to the files of a run; undefined as long as it has none.
   * @throws SlipwayError `target.unsupported` for a run that Slipway did not make, `cluster.gone` where the volume is
   *   gone, `cluster.*`
   */
  async connect(run: string, signal: AbortSignal): Promise<TakenConnection | undefined> {
    for (let tries = 1; ; tries += 1) {
      const place = await this.#options.locator.locate(run, signal);
      // A PipelineRun that is gone is of a run that left its folder.
      if (!place.own && place.uid !== undefined) throw notOurs(run);
      if (place.final)
        return place.uid !== undefined && place.steps.size === 0 ? undefined : this.#throughReader(run, signal);
      if (place.live === undefined) {
        const begun = [...place.steps.values()].some(({ state }) => state !== 'waiting');
        if (!begun || tries === mostTries) return undefined;
      } else {
        try {
          return await this.#take(place.live, undefined, signal);
        } catch (error) {
          if (tries >= 3 || !hasEnded(error)) throw error;
        }
      }
      await this.#options.clock.sleep(betweenMs, signal);
    }
  }

  /** A connection to the folder of all runs of the team's volume. @throws SlipwayError as `connect` */
  connectAll(signal: AbortSignal): Promise<TakenConnection> {
    return this.#throughReader(allRuns, signal);
  }

  close(): void {
    for (const pool of this.#pools.values()) pool.close();
    this.#pools.clear();
  }

  async #throughReader(key: string, signal: AbortSignal): Promise<TakenConnection> {
    for (let tries = 1; ; tries += 1) {
      const lease = await this.#options.readers.acquire(key, signal);
      try {
        return await this.#take(lease, lease, signal);
      } catch (error) {
        // It had ended by its deadline, or another process has deleted it.
        if (tries < 3 && hasEnded(error)) lease.discard();
        else {
          lease.release();
          throw error;
        }
      }
    }
  }

  async #take(where: PodContainer, lease: ReaderLease | undefined, signal: AbortSignal): Promise<TakenConnection> {
    const { startHelper, clock } = this.#options;
    const key = `${where.pod}/${where.container}`;
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      pool = new ConnectionPool(where, startHelper, clock);
      this.#pools.set(key, pool);
    }
    const taken = pool;
    const connection = await taken.take(signal);
    let over = false;
    const done = (): void => {
      if (over) return;
      over = true;
      taken.giveBack(connection);
      if (taken.isEmpty) this.#pools.delete(key);
      lease?.release();
    };
    return { connection, done };
  }
}

function hasEnded(error: unknown): boolean {
  return SlipwayError.is(error, 'run.conflict') || SlipwayError.is(error, 'cluster.notFound');
}

function notOurs(run: string): SlipwayError {
  return new SlipwayError(
    'target.unsupported',
    `The run ${run} was not made by Slipway, so where its files are is not known.`,
    {
      action: 'Its logs and results can be read; for its files ask whoever made it.',
    },
  );
}
