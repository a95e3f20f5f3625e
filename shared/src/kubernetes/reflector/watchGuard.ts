import { SlipwayError } from '../../protocol/index.ts';
import type { ApiStream } from '../api.ts';
import type { Clock } from '../clock.ts';
import { requestOf } from '../errors.ts';
import { type Source, watchAttempt } from './listing.ts';
import { NoAnswer, probeWatch } from './watchConnection.ts';

interface Guarded {
  readonly source: Source;
  readonly stream: ApiStream;
  readonly clock: Clock;
  readonly probeMs: number;
}

/** A streaming list that gives nothing for so long will not end soon: a server under load may not find its end. */
const stalledListMs = 10_000;

/** Watches over a watch: when it is silent, asks beside it whether it is alive, and ends it when it is not. */
export class WatchGuard {
  readonly #guarded: Guarded;
  readonly #stop = new AbortController();
  readonly #seen = new Set<string>();
  #version: string | undefined;
  #lastHeard: number;
  /** Why the watch was ended. */
  lost: SlipwayError | undefined;

  constructor(guarded: Guarded, signal: AbortSignal) {
    this.#guarded = guarded;
    this.#lastHeard = guarded.clock.now();
    const both = AbortSignal.any([signal, this.#stop.signal]);
    this.#run(both).catch((error: unknown) => {
      if (both.aborted) return;
      this.#lose(
        new SlipwayError('internal', 'The check of a watch broke.', {
          request: requestOf(watchAttempt(guarded.source)),
          cause: error,
        }),
      );
    });
  }

  get lastHeard(): number {
    return this.#lastHeard;
  }

  /** The watch gave data. */
  heard(): void {
    this.#lastHeard = this.#guarded.clock.now();
  }

  /** The watch has come to a version. */
  at(version: string): void {
    this.#version = version;
    this.#seen.add(version);
  }

  dispose(): void {
    this.#stop.abort();
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock, probeMs, source } = this.#guarded;
    let checked = this.#lastHeard;
    while (!signal.aborted) {
      const due = Math.max(this.#lastHeard, checked) + probeMs;
      const rest = due - clock.now();
      if (rest > 0) {
        // Versions are only compared during a probe.
        this.#seen.clear();
        await clock.sleep(rest, signal);
        continue;
      }
      // Before the first version there is nothing to compare with: a list is under way.
      if (this.#version === undefined) {
        if (clock.now() - this.#lastHeard >= stalledListMs) {
          this.#lose(new NoAnswer(source, stalledListMs));
          return;
        }
      } else {
        const lost = await probeWatch({ source, from: this.#version, seen: this.#seen, clock }, signal);
        if (lost !== undefined) {
          this.#lose(lost);
          return;
        }
        // The probe was an answer.
        this.#lastHeard = Math.max(this.#lastHeard, due);
      }
      checked = clock.now();
    }
  }

  #lose(error: SlipwayError): void {
    this.lost = error;
    this.#guarded.stream.destroy();
  }
}
