import { systemClock, type Clock, type KubernetesApi } from '../../../kubernetes/index.ts';
import type { Artifact, StepName, TeamProfile } from '../../../protocol/index.ts';
import type { ByteRange, Disposable, LogSize, OpenedFile, StagedFile, StepLogChunk } from '../../runTarget.ts';
import type { ScriptFiles } from '../scriptFiles.ts';
import { SpaceObjects } from '../submit/spaceObjects.ts';
import { FolderAccess } from './files/folderAccess.ts';
import { RunFolders, type PastRun } from './files/runFolders.ts';
import { Growth } from './growth.ts';
import { helperByExec } from './helperExec.ts';
import type { FollowState } from './live/followState.ts';
import { OpenRuns } from './openRuns.ts';
import type { Random } from './pause.ts';
import { readerPodOf } from './reader/readerPodOf.ts';
import { ReaderPods } from './reader/readerPods.ts';
import type { StartHelper } from './remoteProcess.ts';
import type { RunLocator } from './runPlace.ts';
import { defaultSpoolBytes, SpoolStore } from './spool/spoolStore.ts';

export interface RunFilesOptions {
  readonly api: KubernetesApi;
  readonly profile: TeamProfile;
  readonly scripts: ScriptFiles;
  /** Where the spools of this context's runs lie; absolute, made when it is needed. */
  readonly cacheDir: string;
  readonly locator: RunLocator;
  /** All spools together, in bytes. */
  readonly cacheBytes?: number | undefined;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Default: by exec. */
  readonly startHelper?: StartHelper;
  /** Something to tell people about what is shown of a run, once each. */
  readonly onNote?: (run: string, note: string) => void;
  /** Failures that no request waits for. */
  readonly onError?: (error: unknown) => void;
}

/** Every method that takes a run throws SlipwayError `run.notFound`, `cluster.*`, and `disk.*` where the cache cannot be written. */
export interface RunFiles {
  /** Up to `maxBytes` of a step's log from a byte offset; empty when nothing is there (yet). */
  logChunk(run: string, step: StepName, offset: number, maxBytes: number, signal: AbortSignal): Promise<StepLogChunk>;
  /** How long a step's log is now. */
  logSize(run: string, step: StepName, signal: AbortSignal): Promise<LogSize>;
  /** Whole lines of `progress.jsonl` as far as they were read; follows the run from now on for a while. */
  progress(run: string): readonly string[];
  /** The same, after what there is was read. */
  readProgress(run: string, signal: AbortSignal): Promise<readonly string[]>;
  /** Follows a run until disposed, so that progress and logs come by themselves. */
  follow(run: string): Disposable;
  /** Told when a run has new progress, log bytes or another state. */
  onGrowth(listener: (run: string) => void): Disposable;
  /** How a run is followed in this process. */
  state(run: string): FollowState;
  /** To be called when the place of a run may have changed, so that nothing waits for a poll. */
  changed(run: string): void;

  artifacts(run: string, signal: AbortSignal): Promise<readonly Artifact[]>;
  /** @throws SlipwayError `artifact.notFound`, `path.refused` */
  openFile(run: string, path: string, range: ByteRange | undefined, signal: AbortSignal): Promise<OpenedFile>;
  inputs(run: string, signal: AbortSignal): Promise<readonly StagedFile[]>;
  /** Runs that left a folder on the team's volume; @throws SlipwayError `cluster.gone` where runs have volumes of their own. */
  history(signal: AbortSignal): AsyncIterable<PastRun>;

  /** Stops following a run and closes its spool, which stays. */
  release(run: string): Promise<void>;
  /** Forgets a run that was deleted. */
  drop(run: string): Promise<void>;
  /** Stops everything, and deletes the reader pods. */
  dispose(): Promise<void>;
}

export function createRunFiles(options: RunFilesOptions): RunFiles {
  return new ClusterRunFiles(options);
}

class ClusterRunFiles implements RunFiles {
  readonly #options: RunFilesOptions;
  readonly #store: SpoolStore;
  readonly #growth: Growth;
  readonly #readers: ReaderPods;
  readonly #access: FolderAccess;
  readonly #folders: RunFolders;
  readonly #runs: OpenRuns;

  constructor(options: RunFilesOptions) {
    const { api, profile, scripts, locator, cacheDir, onNote, onError } = options;
    const clock = options.clock ?? systemClock;
    const random = options.random ?? Math.random;
    const startHelper = options.startHelper ?? helperByExec(api);
    const space = new SpaceObjects(api);
    this.#options = options;
    this.#store = new SpoolStore(cacheDir, options.cacheBytes ?? defaultSpoolBytes, () => clock.now());
    this.#growth = new Growth(clock);
    this.#readers = new ReaderPods({
      space,
      clock,
      render: (key, signal) => readerPodOf({ space, profile, scripts, clock }, key, signal),
      answers: (where, signal) => this.#access.answers(where, signal),
      onWaiting: (run, words) => onNote?.(run, words),
    });
    this.#access = new FolderAccess({ locator, readers: this.#readers, startHelper, clock });
    this.#folders = new RunFolders(this.#access);
    this.#runs = new OpenRuns({
      api,
      locator,
      store: this.#store,
      startHelper,
      clock,
      random,
      openFile: (run, path, range, signal) => this.#folders.openFile(run, path, range, signal),
      prepareFiles: (run, signal) => this.#folders.prepare(run, signal),
      onGrown: (run) => this.#growth.grown(run),
      onNote: (run, note) => onNote?.(run, note),
      onError: (error) => onError?.(error),
    });
  }

  async logChunk(
    run: string,
    step: StepName,
    offset: number,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<StepLogChunk> {
    const open = await this.#runs.open(run, signal);
    return this.#store.write(() => open.logChunk(step, offset, maxBytes, signal));
  }

  async logSize(run: string, step: StepName, signal: AbortSignal): Promise<LogSize> {
    const open = await this.#runs.open(run, signal);
    return this.#store.write(() => open.logSize(step, signal));
  }

  progress(run: string): readonly string[] {
    return this.#runs.attend(run)?.spool.progress ?? [];
  }

  async readProgress(run: string, signal: AbortSignal): Promise<readonly string[]> {
    const open = await this.#runs.open(run, signal);
    if (open.own) await this.#store.write(() => open.follow().caughtUp(signal));
    return open.spool.progress;
  }

  follow(run: string): Disposable {
    return this.#runs.hold(run);
  }

  onGrowth(listener: (run: string) => void): Disposable {
    return this.#growth.listen(listener);
  }

  state(run: string): FollowState {
    return this.#runs.opened(run)?.state ?? { mode: 'idle', connected: false, staleSince: undefined, notes: [] };
  }

  changed(run: string): void {
    this.#runs.opened(run)?.changed();
  }

  async artifacts(run: string, signal: AbortSignal): Promise<readonly Artifact[]> {
    const place = await this.#options.locator.locate(run, signal);
    if ((!place.own && place.uid !== undefined) || place.neverBegan === true) return [];
    if (!place.final) return (await this.#folders.artifacts(run, signal)).artifacts;
    const open = await this.#runs.open(run, signal);
    // Its last word is the index.
    await open.over(signal);
    const { spool } = open;
    const kept = await spool.artifacts();
    if (kept !== undefined) return kept;
    const { artifacts, live } = await this.#folders.artifacts(run, signal);
    if (!live) await this.#store.write(() => spool.keepArtifacts(artifacts));
    return artifacts;
  }

  openFile(run: string, path: string, range: ByteRange | undefined, signal: AbortSignal): Promise<OpenedFile> {
    return this.#folders.openFile(run, path, range, signal);
  }

  inputs(run: string, signal: AbortSignal): Promise<readonly StagedFile[]> {
    return this.#folders.inputs(run, signal);
  }

  history(signal: AbortSignal): AsyncIterable<PastRun> {
    return this.#folders.history(signal);
  }

  release(run: string): Promise<void> {
    return this.#runs.release(run);
  }

  async drop(run: string): Promise<void> {
    await this.release(run);
    await this.#store.drop(run);
  }

  async dispose(): Promise<void> {
    this.#growth.dispose();
    this.#access.close();
    await Promise.all([this.#runs.dispose(), this.#readers.dispose()]);
  }
}
