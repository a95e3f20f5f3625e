import type { Clock } from '../../../kubernetes/index.ts';
import { SlipwayError, type StepName } from '../../../protocol/index.ts';
import type { Disposable, LogSize, StepLogChunk } from '../../runTarget.ts';
import { FasterVolume } from './fasterVolume.ts';
import type { ExecHealth } from './live/execHealth.ts';
import type { FollowState } from './live/followState.ts';
import { RunFollower, type FollowerOptions } from './live/runFollower.ts';
import type { RunLocator, RunPlace } from './runPlace.ts';
import { settleLog, type SettleOptions } from './settleLog.ts';
import { chooseLogSource, type LogSource } from './sourceChoice.ts';
import type { RunSpool } from './spool/runSpool.ts';
import type { SpooledLog } from './spool/spooledLog.ts';
import { logPathOf } from './spool/spoolNames.ts';

export interface OpenRunOptions {
  readonly run: string;
  readonly spool: RunSpool;
  /** False for a PipelineRun that Slipway did not make: it has no progress, and its logs are followed while they are read. */
  readonly own: boolean;
  readonly locator: RunLocator;
  readonly health: ExecHealth;
  readonly clock: Clock;
  readonly follow: Pick<FollowerOptions, 'startHelper' | 'followContainer' | 'random'>;
  readonly settle: Pick<SettleOptions, 'readContainer' | 'openFile'>;
  /** Resolves once files of the run's folder can be opened at once. @throws SlipwayError where they cannot */
  readonly prepareFiles: (signal: AbortSignal) => Promise<void>;
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
  readonly #volume: FasterVolume;
  #follower: RunFollower | undefined;
  #holders = 0;
  #usedAt: number;

  constructor(options: OpenRunOptions) {
    this.#options = options;
    this.spool = options.spool;
    this.#volume = new FasterVolume(options.spool, options.prepareFiles, options.clock);
    this.#usedAt = options.clock.now();
  }

  /** Epoch ms since when nobody uses it; undefined while somebody does. */
  get unusedSince(): number | undefined {
    return this.#holders > 0 ? undefined : this.#usedAt;
  }

  get own(): boolean {
    return this.#options.own;
  }

  get state(): FollowState {
    const follower = this.#follower;
    const { mode = 'idle', connected = false, staleSince } = follower ?? {};
    return { mode, connected, staleSince, notes: [...this.#notes] };
  }

  /** Keeps the run open, and its progress coming, for as long as it is held. */
  hold(): Disposable {
    this.#holders += 1;
    this.attend();
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

  /** Sees to it that progress comes; a log is followed once it is read. */
  attend(): void {
    if (this.#options.own) this.follow();
  }

  /** Sees to it that the run is followed while it goes on. */
  follow(): RunFollower {
    this.#usedAt = this.#options.clock.now();
    const { run, spool, locator, health, clock, follow, onGrown } = this.#options;
    // What kept it from going on may be over.
    if (this.#follower?.failed === true) this.#follower = undefined;
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

  /** Resolves when whatever follows a run that is final has had its last word. */
  async over(signal: AbortSignal): Promise<void> {
    await this.#follower?.over(signal);
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
    if (log.sealed) return log.read(offset, maxBytes);
    if (log.size > offset) {
      this.follow();
      return log.read(offset, maxBytes);
    }
    const source = await this.#source(step, log, signal);
    if (isFarAhead(source, log, offset)) {
      const far = await this.#readFar(step, offset, maxBytes, signal);
      if (far !== undefined) return far;
    }
    if ('expected' in source && source.expected !== undefined && offset >= source.expected) return nothingAt(offset);
    await this.#bringIn(step, source, () => log.size > offset, signal);
    return log.read(offset, maxBytes);
  }

  /** How long a step's log is now. @throws SlipwayError where that cannot be known now */
  async logSize(step: StepName, signal: AbortSignal): Promise<LogSize> {
    const log = await this.spool.log(step);
    if (log.sealed) return { bytes: log.size, whole: true };
    const source = await this.#source(step, log, signal);
    const expected = source.from === 'api' || source.from === 'volume' ? source.expected : undefined;
    if (expected !== undefined) return { bytes: expected, whole: true };
    if (source.from === 'volume') {
      const there = await this.#readFar(step, 0, 0, signal);
      if (there !== undefined) return { bytes: there.size, whole: true };
    }
    await this.#bringIn(step, source, () => false, signal);
    const { size, sealed } = await this.spool.log(step);
    return { bytes: size, whole: sealed || source.from === 'empty' };
  }

  async close(): Promise<void> {
    this.#stop.abort(new SlipwayError('cancelled', `${this.#options.run} was closed.`));
    await this.#follower?.stop();
    await Promise.all([...this.#settling.values()].map(({ settled }) => settled));
    await this.spool.close();
  }

  /** Where more of a log than there is comes from, once what follows the run has had its say. */
  async #source(
    step: StepName,
    log: SpooledLog,
    signal: AbortSignal,
  ): Promise<LogSource & { readonly place: RunPlace }> {
    this.#usedAt = this.#options.clock.now();
    const { run, locator, health } = this.#options;
    const place = await locator.locate(run, signal);
    if (place.final) {
      // It reads the last words of what it follows before it ends.
      await this.#follower?.ended(signal);
      await log.refresh();
    }
    const known = { sealed: log.sealed, spooled: log.size, execWorks: health.works(run) };
    return { ...chooseLogSource(place, step, known), place };
  }

  /** Sees to it that what can be had of a log is there, or `enough` of it. */
  async #bringIn(
    step: StepName,
    source: LogSource & { readonly place: RunPlace },
    enough: () => boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const log = await this.spool.log(step);
    if (!source.place.final) return this.follow().caughtUp(signal);
    switch (source.from) {
      case 'spool':
        return log.seal();
      case 'empty':
        if (source.lost && log.size === 0) this.note('The log is gone with its pod: the API keeps it no longer.');
        return;
      case 'api':
      case 'volume':
        return this.#settle(step, source.place, source, enough, signal);
      case 'nowhere':
      case 'follow':
      case 'apiFollow':
        return;
    }
  }

  /** Reads a piece of a log on the volume, past the spool: its end is wanted, and there is much before it. */
  async #readFar(
    step: StepName,
    offset: number,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<(StepLogChunk & { readonly size: number }) | undefined> {
    const { openFile } = this.#options.settle;
    const parts: Uint8Array[] = [];
    try {
      const range = { start: offset, end: offset + maxBytes };
      const { bytes: size, content } = await openFile(logPathOf(step), range, signal);
      for await (const part of content) parts.push(part);
      return { offset, bytes: Buffer.concat(parts), times: [], size };
    } catch (error) {
      // Then what is known of it otherwise has to do.
      if (SlipwayError.is(error, 'artifact.notFound')) return undefined;
      throw error;
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
    const volumeIsReady = await this.#volume.isReady(place, source, this.#stop.signal);
    const settling = this.#settling.get(step) ?? this.#begin(step, place, source, volumeIsReady);
    while (this.#settling.get(step) === settling && !enough()) {
      signal.throwIfAborted();
      await Promise.race([settling.settled, this.#options.clock.sleep(20, signal).catch(() => undefined)]);
    }
    signal.throwIfAborted();
    if (settling.error !== undefined) throw settling.error;
  }

  /** Whoever took this log takes the next one, too; without it at hand the connection would rest meanwhile. */
  #readAhead(step: StepName, place: RunPlace): void {
    const begin = async (): Promise<void> => {
      const next = await this.#volume.next(step, place);
      if (next === undefined) return;
      const source = { from: 'api', expected: next.bytes, elseVolume: true } as const;
      const volumeIsReady = await this.#volume.isReady(place, source, this.#stop.signal);
      if (this.#stop.signal.aborted || this.#settling.has(next.step)) return;
      this.#begin(next.step, place, source, volumeIsReady);
    };
    begin().catch(() => undefined); // Who asks for it is told what is wrong.
  }

  #begin(
    step: StepName,
    place: RunPlace,
    source: SettleOptions['source'],
    volumeIsReady: AbortSignal | undefined,
  ): { settled: Promise<void>; error: Error | undefined } {
    const { spool } = this;
    const { settle, onGrown } = this.#options;
    const at = place.steps.get(step);
    const where = at?.state === 'ended' || at?.state === 'running' ? at : undefined;
    const options = { ...settle, spool, step, source, where, volumeIsReady, onGrown };
    const settling: { settled: Promise<void>; error: Error | undefined } = {
      settled: Promise.resolve(),
      error: undefined,
    };
    settling.settled = settleLog(options, this.#stop.signal)
      .catch((error: unknown) => {
        settling.error = error instanceof Error ? error : new Error(String(error));
      })
      .finally(() => {
        this.#settling.delete(step);
        if (settling.error === undefined) this.#readAhead(step, place);
      });
    this.#settling.set(step, settling);
    return settling;
  }
}

/** A log that is larger than this is not fetched for its end. */
const farBytes = 8 * 1024 * 1024;

function isFarAhead(source: LogSource, log: SpooledLog, offset: number): boolean {
  return offset - log.size > farBytes && (source.from === 'volume' || (source.from === 'api' && source.elseVolume));
}

function nothingAt(offset: number): StepLogChunk {
  return { offset, bytes: new Uint8Array(), times: [] };
}
