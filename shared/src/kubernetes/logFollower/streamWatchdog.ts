import type { ApiStream } from '../api.ts';
import type { Clock } from '../clock.ts';
import type { ContainerWatch } from './containerWatch.ts';

/**
 * A follow that gives nothing for so long is opened anew: it may hang, or the kubelet lost the file when it was rotated. Opening
 * it is one request, and exact.
 */
const silenceMs = 60_000;
/** How long a follow may take to give the rest when the container has ended. */
const lastWordsMs = 5_000;

/** Ends a follow that hangs, so that it is opened anew. Time counts only while the reader waits for bytes. */
export class StreamWatchdog {
  readonly #clock: Clock;
  readonly #watch: ContainerWatch;
  readonly #stop = new AbortController();
  #waitingSince: number | undefined;

  constructor(options: { readonly clock: Clock; readonly watch: ContainerWatch }) {
    this.#clock = options.clock;
    this.#watch = options.watch;
    this.#waitingSince = options.clock.now();
  }

  guard(stream: ApiStream, signal: AbortSignal): void {
    const both = AbortSignal.any([signal, this.#stop.signal]);
    this.waiting();
    // It is aborted when the reading ends, and only then.
    this.#run(stream, both).catch(() => stream.destroy());
  }

  /** Bytes came, and are being used. */
  busy(): void {
    this.#waitingSince = undefined;
  }

  /** The reader waits for bytes. */
  waiting(): void {
    this.#waitingSince = this.#clock.now();
  }

  dispose(): void {
    this.#stop.abort();
  }

  async #run(stream: ApiStream, signal: AbortSignal): Promise<void> {
    const { returns } = this.#watch;
    while (true) {
      const limit = this.#watch.state === 'running' ? silenceMs : lastWordsMs;
      const left = this.#left(limit);
      // After the cluster was out of reach, the connection may be dead without knowing it.
      if (left <= 0 || this.#watch.returns !== returns) {
        stream.destroy();
        return;
      }
      await this.#changeOr(left, signal);
    }
  }

  #left(limit: number): number {
    return this.#waitingSince === undefined ? limit : this.#waitingSince + limit - this.#clock.now();
  }

  async #changeOr(ms: number, signal: AbortSignal): Promise<void> {
    const done = new AbortController();
    const both = AbortSignal.any([signal, done.signal]);
    try {
      await Promise.race([this.#clock.sleep(ms, both), this.#watch.changed(both)]);
    } finally {
      done.abort();
    }
  }
}
