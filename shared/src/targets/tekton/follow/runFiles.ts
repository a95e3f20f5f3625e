import { systemClock, type Clock, type KubernetesApi } from '../../../kubernetes/index.ts';
import { SlipwayError, type Artifact, type StepName, type TeamProfile } from '../../../protocol/index.ts';
import type { ByteRange, Disposable, OpenedFile, StagedFile, StepLogChunk } from '../../runTarget.ts';
import type { ScriptFiles } from '../scriptFiles.ts';
import { SpaceObjects } from '../submit/spaceObjects.ts';
import { FolderAccess } from './files/folderAccess.ts';
import { RunFolders, type PastRun } from './files/runFolders.ts';
import { Growth } from './growth.ts';
import { helperByExec } from './helperExec.ts';
import { followIntoSpool, readIntoSpool, type ContainerLogOptions } from './live/containerLog.ts';
import { ExecHealth } from './live/execHealth.ts';
import type { FollowState } from './live/followState.ts';
import { OpenRun } from './openRun.ts';
import type { Random } from './pause.ts';
import { readerPodOf } from './reader/readerPodOf.ts';
import { ReaderPods } from './reader/readerPods.ts';
import type { StartHelper } from './remoteProcess.ts';
import type { RunLocator } from './runPlace.ts';
import { defaultSpoolBytes, SpoolStore } from './spool/spoolStore.ts';

/** Whoever reads a run now is taken to read on for so long; a client that waits for more asks at least every minute. */
const attentionMs = 75_000;
const sweepMs = 15_000;
/** How often the least recently used spools are looked for. */
const trimMs = 5 * 60_000;

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
  /** Bytes of a step's log now. */
  logSize(run: string, step: StepName, signal: AbortSignal): Promise<number>;
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
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #startHelper: StartHelper;
  readonly #store: SpoolStore;
  readonly #growth: Growth;
  readonly #health: ExecHealth;
  readonly #readers: ReaderPods;
  readonly #access: FolderAccess;
  readonly #folders: RunFolders;
  readonly #open = new Map<string, Promise<OpenRun>>();
  /** Those that are open already. */
  readonly #opened = new Map<string, OpenRun>();
  readonly #stop = new AbortController();
  #sweeping = false;
  #trimmedAt = 0;

  constructor(options: RunFilesOptions) {
    const { api, profile, scripts, locator } = options;
    const clock = options.clock ?? systemClock;
    const startHelper = options.startHelper ?? helperByExec(api);
    const space = new SpaceObjects(api);
    this.#options = options;
    this.#clock = clock;
    this.#random = options.random ?? Math.random;
    this.#startHelper = startHelper;
    this.#store = new SpoolStore(options.cacheDir, options.cacheBytes ?? defaultSpoolBytes, () => clock.now());
    this.#growth = new Growth(clock);
    this.#health = new ExecHealth(clock);
    this.#readers = new ReaderPods({
      space,
      clock,
      render: (key, signal) => readerPodOf({ space, profile, scripts, clock }, key, signal),
      onWaiting: (run, words) => options.onNote?.(run, words),
    });
    this.#access = new FolderAccess({ locator, readers: this.#readers, startHelper, clock });
    this.#folders = new RunFolders(this.#access);
  }

  async logChunk(
    run: string,
    step: StepName,
    offset: number,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<StepLogChunk> {
    return (await this.#openRun(run, signal)).logChunk(step, offset, maxBytes, signal);
  }

  async logSize(run: string, step: StepName, signal: AbortSignal): Promise<number> {
    return (await this.#openRun(run, signal)).logSize(step, signal);
  }

  progress(run: string): readonly string[] {
    const open = this.#opened.get(run);
    if (open !== undefined) open.follow();
    else this.#inBackground(this.#openRun(run, this.#stop.signal).then((opened) => void opened.follow()));
    return open?.spool.progress ?? [];
  }

  async readProgress(run: string, signal: AbortSignal): Promise<readonly string[]> {
    const open = await this.#openRun(run, signal);
    await open.follow().caughtUp(signal);
    return open.spool.progress;
  }

  follow(run: string): Disposable {
    let held: Disposable | undefined;
    let wanted = true;
    const hold = async (): Promise<void> => {
      const open = await this.#openRun(run, this.#stop.signal);
      if (wanted) held = open.hold();
    };
    this.#inBackground(hold());
    return {
      dispose: () => {
        wanted = false;
        held?.dispose();
      },
    };
  }

  onGrowth(listener: (run: string) => void): Disposable {
    return this.#growth.listen(listener);
  }

  state(run: string): FollowState {
    return this.#opened.get(run)?.state ?? { mode: 'idle', staleSince: undefined, notes: [] };
  }

  changed(run: string): void {
    this.#opened.get(run)?.changed();
  }

  async artifacts(run: string, signal: AbortSignal): Promise<readonly Artifact[]> {
    const place = await this.#options.locator.locate(run, signal);
    if (!place.own && place.uid !== undefined) return [];
    if (!place.final) return (await this.#folders.artifacts(run, signal)).artifacts;
    const { spool } = await this.#openRun(run, signal);
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

  async release(run: string): Promise<void> {
    const open = this.#open.get(run);
    this.#open.delete(run);
    this.#opened.delete(run);
    await (await open?.catch(() => undefined))?.close();
  }

  async drop(run: string): Promise<void> {
    await this.release(run);
    await this.#store.drop(run);
  }

  async dispose(): Promise<void> {
    this.#stop.abort(new SlipwayError('cancelled', 'The connection to the cluster was closed.'));
    this.#growth.dispose();
    this.#access.close();
    await Promise.all([...[...this.#open.keys()].map((run) => this.release(run)), this.#readers.dispose()]);
  }

  /** Opens a run's spool, anew where another run has taken its name. */
  async #openRun(run: string, signal: AbortSignal): Promise<OpenRun> {
    this.#stop.signal.throwIfAborted();
    const known = this.#open.get(run);
    if (known !== undefined) return known;
    const opening = this.#openSpool(run, signal);
    this.#open.set(run, opening);
    try {
      const open = await opening;
      if (this.#open.get(run) === opening) this.#opened.set(run, open);
      this.#sweep();
      return open;
    } catch (error) {
      if (this.#open.get(run) === opening) this.#open.delete(run);
      throw error;
    }
  }

  async #openSpool(run: string, signal: AbortSignal): Promise<OpenRun> {
    const { locator } = this.#options;
    const { uid } = await locator.locate(run, signal);
    const spool = await this.#store.open(run, uid);
    const open: OpenRun = new OpenRun({
      run,
      spool,
      locator,
      health: this.#health,
      clock: this.#clock,
      follow: {
        startHelper: this.#startHelper,
        random: this.#random,
        followContainer: (where, log, stop) => followIntoSpool(this.#containerLog(open, run, { where, log }), stop),
      },
      settle: {
        readContainer: (where, log, stop) => readIntoSpool(this.#containerLog(open, run, { where, log }), stop),
        openFile: (path, range, stop) => this.#folders.openFile(run, path, range, stop),
      },
      onGrown: () => this.#growth.grown(run),
      onNote: (note) => this.#options.onNote?.(run, note),
    });
    return open;
  }

  #containerLog(open: OpenRun, run: string, parts: Pick<ContainerLogOptions, 'where' | 'log'>): ContainerLogOptions {
    return {
      ...parts,
      api: this.#options.api,
      clock: this.#clock,
      random: this.#random,
      onGrown: () => this.#growth.grown(run),
      onTrouble: ({ message }) => open.note(message),
      onGap: () => open.note('Lines may be missing: the node has thrown them away before they could be read.'),
    };
  }

  /** Closes what nobody reads any more, as long as something is open. */
  #sweep(): void {
    if (this.#sweeping || this.#stop.signal.aborted) return;
    this.#sweeping = true;
    const sweep = async (): Promise<void> => {
      while (this.#opened.size > 0) {
        const now = this.#clock.now();
        for (const [run, open] of this.#opened) {
          const since = open.unusedSince;
          if (since !== undefined && now - since >= attentionMs) await this.release(run);
          else await open.spool.touch(now);
        }
        if (now - this.#trimmedAt >= trimMs) {
          this.#trimmedAt = now;
          await this.#store.trim();
        }
        await this.#clock.sleep(sweepMs, this.#stop.signal);
      }
    };
    this.#inBackground(
      sweep().finally(() => {
        this.#sweeping = false;
      }),
    );
  }

  #inBackground(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (!this.#stop.signal.aborted) this.#options.onError?.(error);
    });
  }
}
