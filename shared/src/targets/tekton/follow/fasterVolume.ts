import type { RunPlace } from './runPlace.ts';
import type { LogSource } from './sourceChoice.ts';
import type { RunSpool } from './spool/runSpool.ts';

/** Bytes that take the API longer than a pod takes to start: of a step, and of the whole run. */
const muchOfStep = 2 * 1024 * 1024;
const muchOfRun = 16 * 1024 * 1024;

/**
 * The API's log comes line by line through three programs, some 7 MB a second. Where there is much to read, a pod that reads
 * the volume is made meanwhile, and what is left is read through it once it runs.
 */
export class FasterVolume {
  readonly #spool: Pick<RunSpool, 'log'>;
  readonly #prepare: (signal: AbortSignal) => Promise<void>;
  #isReady: AbortSignal | undefined;

  /** @param prepare resolves once the volume can be read; rejects where it cannot, and then the API has to do */
  constructor(spool: Pick<RunSpool, 'log'>, prepare: (signal: AbortSignal) => Promise<void>) {
    this.#spool = spool;
    this.#prepare = prepare;
  }

  /**
   * Begins to prepare the volume where that will be worth while.
   * @param signal ends the preparing
   * @returns a signal that is aborted once the volume can be read; undefined where the API is to be waited for
   */
  async isReady(
    { logSizes }: Pick<RunPlace, 'logSizes'>,
    source: LogSource,
    signal: AbortSignal,
  ): Promise<AbortSignal | undefined> {
    if (source.from !== 'api' || !source.elseVolume || (source.expected ?? 0) < muchOfStep) return undefined;
    if (this.#isReady !== undefined) return this.#isReady;
    let left = 0;
    for (const [step, size] of logSizes ?? []) left += Math.max(0, size - (await this.#spool.log(step)).size);
    if (left >= muchOfRun) this.#isReady ??= this.#begin(signal);
    return this.#isReady;
  }

  #begin(signal: AbortSignal): AbortSignal {
    const ready = new AbortController();
    this.#prepare(signal).then(
      () => ready.abort(),
      () => undefined,
    );
    return ready.signal;
  }
}
