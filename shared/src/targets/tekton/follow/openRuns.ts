import type { Clock, KubernetesApi } from '../../../kubernetes/index.ts';
import { SlipwayError } from '../../../protocol/index.ts';
import type { ByteRange, Disposable, OpenedFile } from '../../runTarget.ts';
import { followIntoSpool, readIntoSpool, type ContainerLogOptions } from './live/containerLog.ts';
import { ExecHealth } from './live/execHealth.ts';
import { OpenRun } from './openRun.ts';
import { pauseMs, type Random } from './pause.ts';
import type { StartHelper } from './remoteProcess.ts';
import type { RunLocator } from './runPlace.ts';
import type { SpoolStore } from './spool/spoolStore.ts';

/** Whoever reads a run now is taken to read on for so long; a client that waits for more asks at least every minute. */
const attentionMs = 75_000;
const sweepMs = 15_000;
/** How often the least recently used spools are looked for. */
const trimMs = 5 * 60_000;

export interface OpenRunsOptions {
  readonly api: KubernetesApi;
  readonly locator: RunLocator;
  readonly store: SpoolStore;
  readonly startHelper: StartHelper;
  readonly clock: Clock;
  readonly random: Random;
  readonly openFile: (
    run: string,
    path: string,
    range: ByteRange | undefined,
    signal: AbortSignal,
  ) => Promise<OpenedFile>;
  /** Resolves once files of a run's folder can be opened at once. */
  readonly prepareFiles: (run: string, signal: AbortSignal) => Promise<void>;
  readonly onGrown: (run: string) => void;
  readonly onNote: (run: string, note: string) => void;
  /** Failures that no request waits for. */
  readonly onError: (error: unknown) => void;
}

/** The runs that are read in this process: opened on demand, closed when nobody reads them any more. */
export class OpenRuns {
  readonly #options: OpenRunsOptions;
  readonly #health: ExecHealth;
  readonly #open = new Map<string, Promise<OpenRun>>();
  /** Those that are open already. */
  readonly #opened = new Map<string, OpenRun>();
  readonly #stop = new AbortController();
  #sweeping = false;
  #trimmedAt = 0;

  constructor(options: OpenRunsOptions) {
    this.#options = options;
    this.#health = new ExecHealth(options.clock);
  }

  opened(run: string): OpenRun | undefined {
    return this.#opened.get(run);
  }

  /** @throws SlipwayError `run.notFound`, `cluster.*`, `disk.*` */
  async open(run: string, signal: AbortSignal): Promise<OpenRun> {
    signal.throwIfAborted();
    this.#stop.signal.throwIfAborted();
    const known = this.#open.get(run);
    if (known !== undefined) return known;
    // Others may wait for it, too: it is not ended by one who does not want to wait any more.
    const opening = this.#openSpool(run, this.#stop.signal);
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

  /** Follows a run from now on for a while; gives it if it is open already. */
  attend(run: string): OpenRun | undefined {
    const open = this.#opened.get(run);
    if (open !== undefined) open.attend();
    else this.#inBackground(this.open(run, this.#stop.signal).then((opened) => opened.attend()));
    return open;
  }

  /** Follows a run until disposed, as soon as the cluster answers. */
  hold(run: string): Disposable {
    let held: Disposable | undefined;
    const stop = new AbortController();
    const hold = async (): Promise<void> => {
      const signal = AbortSignal.any([stop.signal, this.#stop.signal]);
      const open = await this.#openPatiently(run, signal);
      if (!signal.aborted) held = open.hold();
    };
    this.#inBackground(
      hold().catch((error: unknown) => {
        if (!stop.signal.aborted) throw error;
      }),
    );
    return {
      dispose: () => {
        stop.abort();
        held?.dispose();
      },
    };
  }

  async release(run: string): Promise<void> {
    const open = this.#open.get(run);
    this.#open.delete(run);
    this.#opened.delete(run);
    // What could not be opened has nothing to close.
    await (await open?.catch(() => undefined))?.close();
  }

  async dispose(): Promise<void> {
    this.#stop.abort(new SlipwayError('cancelled', 'The connection to the cluster was closed.'));
    await Promise.all([...this.#open.keys()].map((run) => this.release(run)));
  }

  async #openPatiently(run: string, signal: AbortSignal): Promise<OpenRun> {
    for (let failures = 1; ; failures += 1) {
      try {
        return await this.open(run, signal);
      } catch (error) {
        const passing = SlipwayError.is(error) && error.code.startsWith('cluster.');
        if (!passing || signal.aborted) throw error;
        await this.#options.clock.sleep(pauseMs(failures, this.#options.random), signal);
      }
    }
  }

  async #openSpool(run: string, signal: AbortSignal): Promise<OpenRun> {
    const { locator, store, clock, random, startHelper, openFile, prepareFiles, onGrown, onNote } = this.#options;
    const { uid, own } = await locator.locate(run, signal);
    const spool = await store.open(run, uid);
    const open: OpenRun = new OpenRun({
      run,
      spool,
      own,
      locator: this.#locatorOf(uid),
      health: this.#health,
      clock,
      follow: {
        startHelper,
        random,
        followContainer: (where, log, stop) => followIntoSpool(this.#containerLog(open, run, { where, log }), stop),
      },
      settle: {
        readContainer: (where, log, stop) => readIntoSpool(this.#containerLog(open, run, { where, log }), stop),
        openFile: (path, range, stop) => openFile(run, path, range, stop),
      },
      prepareFiles: (stop) => prepareFiles(run, stop),
      onGrown: () => onGrown(run),
      onNote: (note) => onNote(run, note),
    });
    return open;
  }

  /** The place of a run; what is open of another run that had its name before is closed. */
  #locatorOf(uid: string | undefined): RunLocator {
    const { locator } = this.#options;
    return {
      locate: async (run, signal) => {
        const place = await locator.locate(run, signal);
        if (place.uid === undefined || uid === undefined || place.uid === uid) return place;
        this.#inBackground(this.release(run));
        throw new SlipwayError('run.notFound', `${run} has been replaced by another run of its name.`, {
          action: 'Look at it again.',
        });
      },
    };
  }

  #containerLog(open: OpenRun, run: string, parts: Pick<ContainerLogOptions, 'where' | 'log'>): ContainerLogOptions {
    const { api, clock, random, onGrown } = this.#options;
    return {
      ...parts,
      api,
      clock,
      random,
      onGrown: () => onGrown(run),
      onTrouble: ({ message }) => open.note(message),
      onGap: () => open.note('Lines may be missing: the node has thrown them away before they could be read.'),
    };
  }

  /** Closes what nobody reads any more, as long as something is open. */
  #sweep(): void {
    if (this.#sweeping || this.#stop.signal.aborted) return;
    this.#sweeping = true;
    const done = (): void => {
      this.#sweeping = false;
    };
    this.#inBackground(this.#sweepOnAndOn().finally(done));
  }

  async #sweepOnAndOn(): Promise<void> {
    const { clock, store } = this.#options;
    while (this.#opened.size > 0) {
      const now = clock.now();
      for (const [run, open] of this.#opened) {
        const since = open.unusedSince;
        if (since !== undefined && now - since >= attentionMs) await this.release(run);
        else await open.spool.touch(now);
      }
      if (now - this.#trimmedAt >= trimMs) {
        this.#trimmedAt = now;
        await store.trim();
      }
      await clock.sleep(sweepMs, this.#stop.signal);
    }
  }

  #inBackground(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (!this.#stop.signal.aborted) this.#options.onError(error);
    });
  }
}
