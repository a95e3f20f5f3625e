import type { Clock } from '../../../kubernetes/index.ts';
import { SlipwayError, type StepName } from '../../../protocol/index.ts';
import type { Disposable, StepLogChunk } from '../../runTarget.ts';
import type { ExecHealth } from './live/execHealth.ts';
import type { FollowState } from './live/followState.ts';
import { RunFollower, type FollowerOptions } from './live/runFollower.ts';
import type { RunLocator, RunPlace } from './runPlace.ts';
import { settleLog, type SettleOptions } from './settleLog.ts';
import { chooseLogSource } from './sourceChoice.ts';
import type { RunSpool } from './spool/runSpool.ts';
import type { SpooledLog } from './spool/spooledLog.ts';

export interface OpenRunOptions {
  readonly run: string;
  readonly spool: RunSpool;
  readonly locator: RunLocator;
  readonly health: ExecHealth;
  readonly clock: Clock;
  readonly follow: Pick<FollowerOptions, 'startHelper' | 'followContainer' | 'random'>;
  readonly settle: Pick<SettleOptions, 'readContainer' | 'openFile'>;
  readonly onGrown: () => void;
  readonly onNote: (note: string) => void;
}

/** A run that somebody reads in this process: its spool, who follows it, and what is being fetched of it. */
export class OpenRun {
  readonly spool: RunSpool;
  readonly #options: OpenRunOptions;
  readonly #stop = new AbortController();
  readonly #settling = new Map<StepName, { readonly settled: Promise<void>; error: Error | undefined }>();
  readonly #notes = new Set<string>();
  #follower: RunFollower | undefined;
  #holders = 0;
  #usedAt: number;

  constructor(options: OpenRunOptions) {
    this.#options = options;
    this.spool = options.spool;
    this.#usedAt = options.clock.now();
  }

  /** Epoch ms since when nobody uses it; undefined while somebody does. */
  get unusedSince(): number | undefined {
    return this.#holders > 0 ? undefined : this.#usedAt;
  }

  get state(): FollowState {
    const follower = this.#follower;
    return { mode: follower?.mode ?? 'idle', staleSince: follower?.staleSince, notes: [...this.#notes] };
  }

  /** Follows the run for as long as it is held. */
  hold(): Disposable {
    this.#holders += 1;
    this.follow();
    let held = true;
    return {
      dispose: () => {
        if (!held) return;
        held = false;
        this.#holders -= 1;
        this.#usedAt = this.#options.clock.now();
      },
    };
  }

  /** Sees to it that the run is followed while it goes on. */
  follow(): RunFollower {
    this.#usedAt = this.#options.clock.now();
    const { run, spool, locator, health, clock, follow, onGrown } = this.#options;
    this.#follower ??= new RunFollower({
      ...follow,
      run,
      spool,
      locator,
      health,
      clock,
      onNews: onGrown,
      onNote: (note) => this.note(note),
    });
    return this.#follower;
  }

  changed(): void {
    this.#follower?.changed();
  }

  /** Something to tell people about what is shown, once. */
  note(note: string): void {
    if (this.#notes.has(note)) return;
    this.#notes.add(note);
    this.#options.onNote(note);
  }

  /** Up to `maxBytes` from an offset; empty when nothing is there (yet). @throws SlipwayError where it cannot be read now */
  async logChunk(step: StepName, offset: number, maxBytes: number, signal: AbortSignal): Promise<StepLogChunk> {
    const log = await this.spool.log(step);
    if (!log.sealed && log.size <= offset) await this.#prepare(step, log, offset, signal);
    else if (!log.sealed) this.follow();
    return log.read(offset, maxBytes);
  }

  /** Bytes of a step's log now. @throws SlipwayError where that cannot be known now */
  async logSize(step: StepName, signal: AbortSignal): Promise<number> {
    const log = await this.spool.log(step);
    if (log.sealed) return log.size;
    const place = await this.#options.locator.locate(this.#options.run, signal);
    const told = place.final ? place.logSizes?.get(step) : undefined;
    if (told !== undefined && told >= log.size) return told;
    await this.#prepare(step, log, Number.MAX_SAFE_INTEGER, signal);
    return log.size;
  }

  async close(): Promise<void> {
    this.#stop.abort(new SlipwayError('cancelled', `${this.#options.run} was closed.`));
    await this.#follower?.stop();
    await Promise.all([...this.#settling.values()].map(({ settled }) => settled));
    await this.spool.close();
  }

  /** Sees to it that what can be had of a log beyond an offset is there. */
  async #prepare(step: StepName, log: SpooledLog, offset: number, signal: AbortSignal): Promise<void> {
    this.#usedAt = this.#options.clock.now();
    const { run, locator, health } = this.#options;
    const place = await locator.locate(run, signal);
    if (!place.final) {
      await this.follow().caughtUp(signal);
      return;
    }
    // It reads the last words of what it follows before it ends.
    await this.#follower?.ended(signal);
    await log.refresh();
    const known = { sealed: log.sealed, spooled: log.size, execWorks: health.works(run) };
    const source = chooseLogSource(place, step, known);
    switch (source.from) {
      case 'spool':
        return log.seal();
      case 'empty':
        if (source.lost && log.size === 0) this.note('The log is gone with its pod: the API keeps it no longer.');
        return;
      case 'api':
      case 'volume':
        return this.#settle(step, place, source, () => log.size > offset, signal);
      case 'nowhere':
      case 'follow':
      case 'apiFollow':
        return;
    }
  }

  /** Fetches the rest of a log, once for all who ask; returns when there is `enough`. */
  async #settle(
    step: StepName,
    place: RunPlace,
    source: SettleOptions['source'],
    enough: () => boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const settling = this.#settling.get(step) ?? this.#begin(step, place, source);
    while (this.#settling.get(step) === settling && !enough()) {
      signal.throwIfAborted();
      await Promise.race([settling.settled, this.#options.clock.sleep(20, signal).catch(() => undefined)]);
    }
    signal.throwIfAborted();
    if (settling.error !== undefined) throw settling.error;
  }

  #begin(
    step: StepName,
    place: RunPlace,
    source: SettleOptions['source'],
  ): { settled: Promise<void>; error: Error | undefined } {
    const { spool } = this;
    const { settle, onGrown } = this.#options;
    const at = place.steps.get(step);
    const where = at?.state === 'ended' ? at : undefined;
    const options = { ...settle, spool, step, source, where, onGrown };
    const settling: { settled: Promise<void>; error: Error | undefined } = {
      settled: Promise.resolve(),
      error: undefined,
    };
    settling.settled = settleLog(options, this.#stop.signal)
      .catch((error: unknown) => {
        settling.error = error instanceof Error ? error : new Error(String(error));
      })
      .finally(() => this.#settling.delete(step));
    this.#settling.set(step, settling);
    return settling;
  }
}
