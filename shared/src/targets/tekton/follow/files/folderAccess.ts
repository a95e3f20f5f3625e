import type { Clock } from '../../../../kubernetes/index.ts';
import { SlipwayError } from '../../../../protocol/index.ts';
import { allRuns } from '../reader/readerPodOf.ts';
import type { ReaderLease, ReaderPods } from '../reader/readerPods.ts';
import type { StartHelper } from '../remoteProcess.ts';
import type { PodContainer, RunLocator } from '../runPlace.ts';
import { ConnectionPool } from './connectionPool.ts';
import { Unanswered, type FilesConnection } from './filesConnection.ts';

/** Between a pod that has ended and a run that is final lies a moment. */
const betweenMs = 300;
const mostTries = 20;

/** A connection that is at hand until it is `done` with. */
export interface TakenConnection {
  readonly connection: FilesConnection;
  /** Idempotent. */
  readonly done: () => void;
}

/**
 * Something that is read through a connection. Asked again, of another one, where the pod ended before it answered. Calls `done`
 * where it succeeds.
 */
export type Question<Answer> = (taken: TakenConnection) => Promise<Answer>;

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
   * Asks something of the files of a run; undefined as long as it has none.
   * @throws SlipwayError `target.unsupported` for a run that Slipway did not make, `cluster.gone` where the volume is
   *   gone, `cluster.*`, and as the question
   */
  async ask<Answer>(run: string, question: Question<Answer>, signal: AbortSignal): Promise<Answer | undefined> {
    for (let tries = 1; ; tries += 1) {
      const place = await this.#options.locator.locate(run, signal);
      // A PipelineRun that is gone is of a run that left its folder.
      if (!place.own && place.uid !== undefined) throw notOurs(run);
      if (place.final)
        return place.uid !== undefined && place.steps.size === 0
          ? undefined
          : this.#throughReader(run, question, signal);
      if (place.live === undefined) {
        const begun = [...place.steps.values()].some(({ state }) => state !== 'waiting');
        if (!begun || tries === mostTries) return undefined;
      } else {
        try {
          return await this.#ask(place.live, undefined, question, signal);
        } catch (error) {
          if (tries >= 3 || !hasEnded(error)) throw error;
        }
      }
      await this.#options.clock.sleep(betweenMs, signal);
    }
  }

  /** Asks something of the folder of all runs of the team's volume. @throws SlipwayError as `ask` */
  askAll<Answer>(question: Question<Answer>, signal: AbortSignal): Promise<Answer> {
    return this.#throughReader(allRuns, question, signal);
  }

  /**
   * Whether the helper in a container answers by now. The connection is at hand then for whoever asks next.
   * @throws SlipwayError `cluster.forbidden`, where nobody may ask
   */
  async answers(where: PodContainer, signal: AbortSignal): Promise<boolean> {
    // Any answer will do, also that this asks for nothing.
    const hello: Question<true> = async ({ connection, done }) => {
      await connection.ask({}, signal);
      done();
      return true;
    };
    try {
      return await this.#ask(where, undefined, hello, signal);
    } catch (error) {
      signal.throwIfAborted();
      // A node has many words for a container that is not there yet.
      if (SlipwayError.is(error, 'cluster.forbidden') || !SlipwayError.is(error)) throw error;
      return false;
    }
  }

  close(): void {
    for (const pool of this.#pools.values()) pool.close();
    this.#pools.clear();
  }

  async #throughReader<Answer>(key: string, question: Question<Answer>, signal: AbortSignal): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      const lease = await this.#options.readers.acquire(key, signal);
      try {
        return await this.#ask(lease, lease, question, signal);
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

  async #ask<Answer>(
    where: PodContainer,
    lease: ReaderLease | undefined,
    question: Question<Answer>,
    signal: AbortSignal,
  ): Promise<Answer> {
    const taken = await this.#take(where, lease, signal);
    try {
      return await question(taken);
    } catch (error) {
      taken.done();
      throw error;
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

/** The pod had ended, or ended before it answered. */
function hasEnded(error: unknown): boolean {
  if (!SlipwayError.is(error)) return false;
  return error.cause instanceof Unanswered || error.code === 'run.conflict' || error.code === 'cluster.notFound';
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
