import { SlipwayError, type StepName } from '../../../../protocol/index.ts';
import type { Clock } from '../../../../kubernetes/index.ts';
import { pauseMs, type Random } from '../pause.ts';
import type { RemoteProcess, StartHelper } from '../remoteProcess.ts';
import type { PodContainer, RunLocator, RunPlace } from '../runPlace.ts';
import type { RunSpool } from '../spool/runSpool.ts';
import type { SpooledLog } from '../spool/spooledLog.ts';
import { notAllowed, type ExecHealth } from './execHealth.ts';
import { followSession, type SessionEnd } from './followSession.ts';
import type { FollowState } from './followState.ts';
import { Gate } from './gate.ts';

/** How often the place of a run is looked up without news of it. */
const pollMs = 2_000;
/** When nothing more has come for so long, what was there has been read, should the helper not say so. */
const quietMs = 1_000;
/** An API's log that was begun has so much time for what is there. */
const apiFirstMs = 300;
/** The helper's first words take this long at most; a run that has written nothing has none. */
const firstWordsMs = 1_500;
/** The helper gives a sign of life every 10 s; after so long without a word its connection carries nothing any more. */
const silentMs = 30_000;
/** The same once its container has ended: a node may leave the connection open. */
const endedMs = 5_000;
/** No reader waits longer than this for what was there before. */
const catchUpMs = 10_000;

/** Follows the API's log of a container into a step's log until the container has ended; rejects when aborted. */
export type FollowContainer = (where: PodContainer, log: SpooledLog, signal: AbortSignal) => Promise<void>;

export interface FollowerOptions {
  readonly run: string;
  readonly spool: RunSpool;
  readonly locator: RunLocator;
  readonly startHelper: StartHelper;
  readonly followContainer: FollowContainer;
  readonly health: ExecHealth;
  readonly clock: Clock;
  readonly random: Random;
  /** There is something new to read, or the state is another one. */
  readonly onNews: () => void;
  readonly onNote: (note: string) => void;
}

/** Reads what a run writes into its spool, as long as the run goes on, over whatever works. Begins at once. */
export class RunFollower {
  readonly #options: FollowerOptions;
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;
  readonly #news = new Gate();
  readonly #caughtUp = new Gate();
  readonly #over = new Gate();
  /** The API's logs that are being followed. */
  readonly #containers = new Map<StepName, { readonly stop: AbortController; readonly ended: Promise<void> }>();
  /** The helper has said that nothing more will come. */
  #complete = false;
  #mode: FollowState['mode'] = 'waiting';
  #connected = false;
  #staleSince: number | undefined;
  #failures = 0;
  #heardAt = 0;
  #error: Error | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#ended = this.#run(this.#stop.signal)
      .catch((error: unknown) => {
        if (!this.#stop.signal.aborted) this.#error = error instanceof Error ? error : new Error(String(error));
      })
      .finally(() => {
        this.#mode = 'ended';
        this.#caughtUp.open();
        this.#over.open();
      });
  }

  get mode(): FollowState['mode'] {
    return this.#mode;
  }

  /** True while the helper's connection is open. */
  get connected(): boolean {
    return this.#connected;
  }

  get staleSince(): number | undefined {
    return this.#staleSince;
  }

  /** True when it has ended although the run goes on: the disk is full, say. */
  get failed(): boolean {
    return this.#error !== undefined;
  }

  /** The run's place may have changed. */
  changed(): void {
    this.#news.open();
  }

  /** Resolves when what was there at the start has been read, or cannot be. @throws what keeps the spool from being written */
  async caughtUp(signal: AbortSignal): Promise<void> {
    await this.#caughtUp.wait(catchUpMs, this.#options.clock, signal);
    if (this.#error !== undefined) throw this.#error;
  }

  /** Resolves when there is nothing more to follow, also when following has failed. */
  async over(signal: AbortSignal): Promise<void> {
    this.#news.open();
    await this.#over.wait(catchUpMs, this.#options.clock, signal);
  }

  /** The same. @throws what kept the spool from being written */
  async ended(signal: AbortSignal): Promise<void> {
    await this.over(signal);
    if (this.#error !== undefined) throw this.#error;
  }

  /** Stops reading; resolves when nothing is written any more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  async #run(signal: AbortSignal): Promise<void> {
    try {
      while (await this.#round(signal));
    } finally {
      await this.#stopContainers();
    }
  }

  /** One look at where the run is, and what follows from it. False when there is nothing more to follow. */
  async #round(signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    const place = await this.#locate(signal);
    if (place === undefined) return true;
    if (place.final) {
      // What the API still gives of containers that have ended is read to its end.
      await Promise.all([...this.#containers.values()].map(({ ended }) => ended));
      this.#become('ended', undefined);
      return false;
    }
    const { health, run } = this.#options;
    if (!place.own || !health.works(run)) await this.#api(place, signal);
    else if (place.live !== undefined && !this.#complete) await this.#exec(place, place.live, signal);
    else await this.#idle(signal);
    return true;
  }

  async #locate(signal: AbortSignal): Promise<RunPlace | undefined> {
    const { locator, run } = this.#options;
    try {
      return await locator.locate(run, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (SlipwayError.is(error, 'run.notFound')) throw error;
      await this.#trouble(signal);
      return undefined;
    }
  }

  async #idle(signal: AbortSignal): Promise<void> {
    this.#become('waiting', undefined);
    this.#caughtUp.open();
    await this.#pause(pollMs, signal);
  }

  async #exec(place: RunPlace, live: PodContainer, signal: AbortSignal): Promise<void> {
    await this.#stopContainers();
    const { spool, health, run, startHelper } = this.#options;
    const steps = [...place.steps.keys()];
    let end: SessionEnd | Error;
    const quiet = new AbortController();
    try {
      const process = await startHelper(live, 'follow', signal);
      this.#connected = true;
      this.#openWhenQuiet(quiet.signal);
      this.#cutWhenDead(live, process, quiet.signal);
      const onHeard = (grown: boolean): void => this.#heard(grown);
      const onCaughtUp = (): void => this.#caughtUp.open();
      end = await followSession({ process, spool, steps, onHeard, onCaughtUp }, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!SlipwayError.is(error) || error.code.startsWith('disk.')) throw error;
      end = error;
    } finally {
      quiet.abort();
      this.#disconnected();
    }
    if (end instanceof Error) await this.#notStarted(end, signal);
    else if (end.kind === 'complete') await this.#finish(steps);
    else {
      if (end.kind === 'broken' && health.failed(run)) this.#options.onNote(noHelper(end.error));
      await this.#trouble(signal);
    }
  }

  #disconnected(): void {
    if (!this.#connected) return;
    this.#connected = false;
    // Who waited for its last words has them.
    this.#options.onNews();
  }

  #heard(grown: boolean): void {
    this.#heardAt = this.#options.clock.now();
    this.#failures = 0;
    this.#options.health.heard(this.#options.run);
    this.#become('exec', undefined);
    if (grown) this.#options.onNews();
  }

  #openWhenQuiet(signal: AbortSignal): void {
    const { clock } = this.#options;
    const watch = async (): Promise<void> => {
      const startedAt = clock.now();
      const isQuiet = (): boolean => {
        const silentMs = clock.now() - Math.max(startedAt, this.#heardAt);
        return silentMs >= (this.#heardAt < startedAt ? firstWordsMs : quietMs);
      };
      do await clock.sleep(quietMs / 4, signal);
      while (!isQuiet());
      this.#caughtUp.open();
    };
    watch().catch(() => undefined); // Aborted: the session is over.
  }

  /** The node may have forgotten a connection that the API server still answers for. */
  #cutWhenDead(live: PodContainer, process: RemoteProcess, signal: AbortSignal): void {
    const { clock } = this.#options;
    const watch = async (): Promise<void> => {
      const startedAt = clock.now();
      const silence = (): number => clock.now() - Math.max(startedAt, this.#heardAt);
      const isDead = async (): Promise<boolean> => {
        if (silence() < endedMs) return false;
        return silence() >= silentMs || (await this.#hasEnded(live, signal));
      };
      do await clock.sleep(endedMs / 2, signal);
      while (!(await isDead()));
      process.destroy();
    };
    watch().catch(() => undefined); // Aborted: the session is over.
  }

  /** False also where that cannot be told now. */
  async #hasEnded({ pod, container }: PodContainer, signal: AbortSignal): Promise<boolean> {
    const { locator, run } = this.#options;
    try {
      const { steps } = await locator.locate(run, signal);
      const at = [...steps.values()].find((step) => step.pod === pod && step.container === container);
      return at?.state === 'ended' || at?.state === 'gone';
    } catch {
      signal.throwIfAborted();
      return false;
    }
  }

  async #notStarted(error: Error, signal: AbortSignal): Promise<void> {
    const { health, run, onNote } = this.#options;
    if (SlipwayError.is(error, 'cluster.forbidden')) {
      health.refused();
      onNote(notAllowed);
      return;
    }
    // A container that is not there has ended at this moment, or not begun: its place tells, soon.
    const byNetwork = SlipwayError.is(error, 'cluster.unreachable');
    if (!SlipwayError.is(error, 'cluster.notFound') && health.failed(run, byNetwork)) onNote(noHelper(error));
    await this.#trouble(signal);
  }

  /** `collect` has ended and all was sent: the logs are whole. */
  async #finish(steps: readonly StepName[]): Promise<void> {
    for (const step of steps) await (await this.#options.spool.log(step)).seal();
    this.#complete = true;
    this.#become('waiting', undefined);
    this.#options.onNews();
  }

  async #api(place: RunPlace, signal: AbortSignal): Promise<void> {
    for (const [step, at] of place.steps) {
      if ((at.state !== 'running' && at.state !== 'ended') || this.#containers.has(step)) continue;
      const log = await this.#options.spool.log(step);
      if (!log.sealed) this.#followContainer(step, at, log, !place.own, signal);
    }
    this.#become('api', this.#staleSince);
    await this.#pause(this.#caughtUp.isOpen ? pollMs : apiFirstMs, signal);
    this.#caughtUp.open();
  }

  #followContainer(step: StepName, where: PodContainer, log: SpooledLog, seal: boolean, signal: AbortSignal): void {
    const stop = new AbortController();
    const follow = async (): Promise<void> => {
      await log.noteApi();
      await this.#options.followContainer(where, log, AbortSignal.any([signal, stop.signal]));
      if (seal) await log.seal();
      this.#options.onNews();
    };
    const ended = follow().catch((error: unknown) => {
      if (stop.signal.aborted || signal.aborted) return;
      // The next look takes it up again.
      if (this.#containers.get(step)?.stop === stop) this.#containers.delete(step);
      this.#options.onNote(SlipwayError.is(error) ? error.message : `The log of ${step} could not be read.`);
    });
    this.#containers.set(step, { stop, ended });
  }

  async #stopContainers(): Promise<void> {
    const containers = [...this.#containers.values()];
    this.#containers.clear();
    for (const { stop } of containers) stop.abort();
    await Promise.all(containers.map(({ ended }) => ended));
  }

  /** Something failed that may work again: shows since when, and waits. */
  async #trouble(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#options;
    this.#failures += 1;
    // The end of a pod looks like a cut for a moment.
    if (this.#failures > 1) this.#become(this.#mode, this.#staleSince ?? clock.now());
    if (this.#failures > 2) this.#caughtUp.open();
    await this.#pause(pauseMs(this.#failures, random), signal);
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    await this.#news.wait(ms, this.#options.clock, signal);
    this.#news.shut();
  }

  #become(mode: FollowState['mode'], staleSince: number | undefined): void {
    if (mode === this.#mode && staleSince === this.#staleSince) return;
    this.#mode = mode;
    this.#staleSince = staleSince;
    this.#options.onNews();
  }
}

function noHelper(error: Error): string {
  return `The run's helper does not work in its pod, so logs come from the API and progress is shown by step only. ${error.message}`;
}
