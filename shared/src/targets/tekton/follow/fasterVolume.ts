import type { Clock } from '../../../kubernetes/index.ts';
import type { StepName } from '../../../protocol/index.ts';
import type { RunPlace } from './runPlace.ts';
import type { LogSource } from './sourceChoice.ts';

/** Bytes that take the API longer than a pod takes to start: of a step, and of the whole run. */
const muchOfStep = 2 * 1024 * 1024;
const muchOfRun = 16 * 1024 * 1024;
/** Most pods run by then; reading through the API meanwhile would only take the node's time. */
const headStartMs = 2_500;
/** So much of the next log is read ahead at most. */
const aheadBytes = 16 * 1024 * 1024;

/** What is there of each log. */
interface Logs {
  readonly log: (step: StepName) => Promise<{ readonly size: number; readonly sealed: boolean }>;
}

/**
 * The API's log comes line by line through three programs, some 7 MB a second. Where there is much to read, a pod that reads
 * the volume is made first; if it does not run soon the API is read meanwhile, and what is left through the pod once it runs.
 */
export class FasterVolume {
  readonly #spool: Logs;
  readonly #prepare: (signal: AbortSignal) => Promise<void>;
  readonly #clock: Clock;
  #volume: { readonly isReady: AbortSignal; readonly headStart: Promise<void> } | undefined;

  /** @param prepare resolves once the volume can be read; rejects where it cannot, and then the API has to do */
  constructor(spool: Logs, prepare: (signal: AbortSignal) => Promise<void>, clock: Clock) {
    this.#spool = spool;
    this.#prepare = prepare;
    this.#clock = clock;
  }

  /**
   * Begins to prepare the volume where that will be worth while, and waits a moment for it.
   * @param signal ends the preparing
   * @returns a signal that is aborted once the volume can be read; undefined where the API is to be waited for
   */
  async isReady(
    { logSizes }: Pick<RunPlace, 'logSizes'>,
    source: LogSource,
    signal: AbortSignal,
  ): Promise<AbortSignal | undefined> {
    if (source.from !== 'api' || !source.elseVolume || (source.expected ?? 0) < muchOfStep) return undefined;
    if (this.#volume === undefined) {
      let left = 0;
      for (const [step, size] of logSizes ?? []) left += Math.max(0, size - (await this.#spool.log(step)).size);
      if (left < muchOfRun) return undefined;
    }
    this.#volume ??= this.#begin(signal);
    await this.#volume.headStart;
    return this.#volume.isReady;
  }

  /** The log to read while the one of `step` is taken, and its bytes; undefined unless the volume is read and it is short enough. */
  async next(
    step: StepName,
    { logSizes }: Pick<RunPlace, 'logSizes'>,
  ): Promise<{ readonly step: StepName; readonly bytes: number } | undefined> {
    if (this.#volume?.isReady.aborted !== true) return undefined;
    const sizes = [...(logSizes ?? [])];
    const at = sizes.findIndex(([name]) => name === step);
    for (const [name, bytes] of at < 0 ? [] : sizes.slice(at + 1)) {
      const log = await this.#spool.log(name);
      if (log.sealed || log.size >= bytes) continue;
      return bytes <= aheadBytes ? { step: name, bytes } : undefined;
    }
    return undefined;
  }

  #begin(signal: AbortSignal): { readonly isReady: AbortSignal; readonly headStart: Promise<void> } {
    const ready = new AbortController();
    const over = new AbortController();
    const prepared = this.#prepare(signal).then(
      () => ready.abort(),
      () => undefined,
    );
    const soon = this.#clock.sleep(headStartMs, AbortSignal.any([signal, over.signal])).catch(() => undefined);
    return { isReady: ready.signal, headStart: Promise.race([prepared, soon]).finally(() => over.abort()) };
  }
}
