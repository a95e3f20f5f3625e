import type { JobPiece } from '../../devenv/index.ts';
import type { Clock } from '../../kubernetes/index.ts';

/** Each piece starts a program in the DevEnv's pod: of a job that never falls silent there is one a second. */
const pieceEveryMs = 1_000;

interface Place {
  readonly offset: number;
  readonly readAt: number;
}

/** How soon what a job says is read on by who follows it. What comes after silence is read at once. */
export class JobPace {
  readonly #clock: Clock;
  /** Where the newest piece of a job ended, where all that there was had been read then. */
  readonly #places = new Map<string, Place>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Resolves when it is time to read on, at once where the job has ended.
   * @param ended resolves when the job has ended; undefined where nobody waits for that
   */
  async turn(job: string, offset: number, ended: Promise<unknown> | undefined, signal: AbortSignal): Promise<void> {
    const place = this.#places.get(job);
    if (place?.offset !== offset) return;
    const leftMs = place.readAt + pieceEveryMs - this.#clock.now();
    if (leftMs <= 0) return;
    const over = new AbortController();
    const stop = AbortSignal.any([signal, over.signal]);
    const pause = this.#clock.sleep(leftMs, stop).catch(() => signal.throwIfAborted());
    try {
      await (ended === undefined ? pause : Promise.race([pause, ended]));
    } finally {
      over.abort();
    }
  }

  /** Remembers what was read from an offset on. */
  hasRead(job: string, from: number, { offset, job: { state, logBytes } }: JobPiece): void {
    const isAllForNow = offset > from && offset >= logBytes && state === 'running';
    if (isAllForNow) this.#places.set(job, { offset, readAt: this.#clock.now() });
    else this.#places.delete(job);
  }
}
