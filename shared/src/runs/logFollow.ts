import { setTimeout as delay } from 'node:timers/promises';
import type { LogPage, LogPosition, Run, StepName } from '../protocol/index.ts';
import type { Disposable, TargetChange } from '../targets/index.ts';
import { readLogPage } from './logPage.ts';
import type { LogSource } from './logStreams.ts';

export interface ReadLogRequest {
  readonly run: string;
  readonly position: LogPosition;
  readonly steps?: readonly StepName[] | undefined;
  readonly maxBytes?: number | undefined;
  /** Milliseconds to wait where nothing new is there yet. */
  readonly waitMs?: number | undefined;
}

/** Where a followed log comes from. */
export interface FollowedLog {
  readonly source: LogSource;
  /** The run as it is now; called before each reading, so that what had ended by then is read to its end. */
  readonly load: (signal: AbortSignal) => Promise<Run>;
  readonly listen: (listener: (change: TargetChange) => void) => Disposable;
}

/**
 * Reads the next page of a run's log; where there is nothing new, waits for the target to speak of the run, up to
 * `waitMs`. The client pulls: nothing is read ahead of it.
 */
export async function followLog(log: FollowedLog, request: ReadLogRequest, signal: AbortSignal): Promise<LogPage> {
  const read = async (): Promise<LogPage> => {
    const { position, steps, maxBytes } = request;
    return readLogPage(log.source, { run: await log.load(signal), position, steps, maxBytes }, signal);
  };
  const page = await read();
  const waitMs = request.waitMs ?? 0;
  if (hasNews(page) || waitMs === 0) return page;
  // Watch first and read again: what came between the first reading and the watch is then not waited for.
  const bell = new Bell(log.listen, request.run, waitMs, signal);
  try {
    while (true) {
      const next = await read();
      if (hasNews(next) || !(await bell.rung())) return next;
    }
  } finally {
    bell.dispose();
  }
}

function hasNews(page: LogPage): boolean {
  return page.batches.length > 0 || page.end;
}

/** Rings when a run changes, until a time is over. */
class Bell {
  readonly #stop = new AbortController();
  readonly #watch: Disposable;
  readonly #timeUp: Promise<false>;
  readonly #signal: AbortSignal;
  #changed = false;
  #wake: (() => void) | undefined;

  constructor(listen: FollowedLog['listen'], run: string, waitMs: number, signal: AbortSignal) {
    this.#signal = signal;
    this.#watch = listen((change) => {
      if (change.kind === 'connection' || change.run !== run) return;
      this.#changed = true;
      this.#wake?.();
    });
    const stop = AbortSignal.any([signal, this.#stop.signal]);
    this.#timeUp = delay(waitMs, false as const, { signal: stop }).catch(() => false as const);
  }

  /** True when the run has changed since the last call, false when the time is over. @throws when aborted */
  async rung(): Promise<boolean> {
    const change = new Promise<true>((resolve) => {
      this.#wake = () => resolve(true);
      if (this.#changed) resolve(true);
    });
    const rung = await Promise.race([change, this.#timeUp]);
    this.#changed = false;
    this.#signal.throwIfAborted();
    return rung;
  }

  dispose(): void {
    this.#watch.dispose();
    this.#stop.abort();
  }
}
