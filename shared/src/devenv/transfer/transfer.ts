import { SlipwayError, type TransferOutcome, type TransferProgress } from '../../protocol/index.ts';
import { folderNamesThatStay } from '../../jobs/index.ts';
import { failed, freshBackOff, waitMs, type Clock, type Random } from '../../kubernetes/index.ts';
import { Download } from './download.ts';
import { freshEstimate, observe, rateOf } from './estimator.ts';
import { diskFull, failureText, refusalText, systemCode } from './failures.ts';
import { Ledger } from './ledger.ts';
import { LocalDestination } from './localDestination.ts';
import { walkLocal } from './localTree.ts';
import { foldedNames, plainNames, windowsNames, type NameRules } from './names.ts';
import { planTransfer, type Plan } from './plan.ts';
import { RemoteRefusal, type RemoteEnd } from './remoteEnd.ts';
import { treeRules } from './rules.ts';
import { checkForSeveral, downloadTrip, uploadTrip, type Trip } from './trips.ts';
import type { Tree } from './tree.ts';
import { Upload } from './upload.ts';

export interface TransferRequest {
  readonly direction: 'upload' | 'download';
  /** Absolute; for a download the folder to put things into. */
  readonly local: readonly string[];
  /** For an upload the folder to put things into. */
  readonly remote: readonly string[];
  /** Make the destination like the one source, instead of putting the source into it. */
  readonly sync: boolean;
  /** Where the destination is no folder and does not end with a slash, it is the new name of the one source. */
  readonly mayName: boolean;
  /** Delete what is not at the source. */
  readonly delete: boolean;
  /** Only say what would be done. */
  readonly dryRun: boolean;
}

export interface TransferServices {
  /** Connects anew for each try. @param onWaiting told what it waits for */
  readonly connect: (onWaiting: (text: string) => void, signal: AbortSignal) => Promise<RemoteEnd>;
  readonly onProgress: (progress: TransferProgress) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly platform: NodeJS.Platform;
}

const progressMs = 200;
const nothing: Tree = { entries: [], skipped: [], partBytes: 0 };
/** A lost connection is given up when nothing was achieved for so long. A pod that is started anew is there by then. */
const patienceMs = 180_000;

/**
 * Copies files and folders to a DevEnv or from it. A broken connection is made anew and goes on where it was. When it resolves, the
 * other side has checked the SHA-256 of every file that was copied.
 * @throws SlipwayError `disk.full`, `transfer.failed`, and what connecting fails with
 */
export async function transfer(
  request: TransferRequest,
  services: TransferServices,
  signal: AbortSignal,
): Promise<TransferOutcome> {
  const { clock, random, onProgress } = services;
  const began = clock.now();
  const ledger = new Ledger();
  const reporter = new Reporter(ledger, clock, onProgress);
  let backOff = freshBackOff;
  let achieved = -1;
  let lastGood = began;
  let wasConnected = false;
  try {
    while (true) {
      const attempt = new Attempt(request, services, ledger, signal);
      try {
        await attempt.run();
        return ledger.outcome(clock.now() - began);
      } catch (error) {
        signal.throwIfAborted();
        wasConnected ||= attempt.connected;
        if (ledger.achieved > achieved) {
          achieved = ledger.achieved;
          lastGood = clock.now();
          backOff = freshBackOff;
        }
        if (!wasConnected || !isLost(error) || clock.now() - lastGood > patienceMs)
          throw worded(error, request.direction);
        backOff = failed(backOff, clock.now());
        ledger.waiting = waitingFor(error);
        reporter.report();
        await clock.sleep(waitMs(backOff, random), signal);
      }
    }
  } finally {
    reporter.end();
  }
}

/** True where trying again may help. */
function isLost(error: unknown): boolean {
  const codes = [
    'ssh.lost',
    'cluster.unreachable',
    'cluster.busy',
    'devenv.stopped',
    'devenv.failed',
    'issuer.unreachable',
    'run.conflict',
    'ssh.refused',
    'cluster.notFound',
  ] as const;
  return codes.some((code) => SlipwayError.is(error, code));
}

const mended: ReadonlySet<string> = new Set(['devenv.stopped', 'devenv.failed', 'ssh.refused']);

/**
 * A DevEnv that was stopped or evicted comes back when somebody starts it, and one that took this machine off its list lets it in when
 * somebody connects: who waits is told so.
 */
function waitingFor(error: unknown): string {
  if (!SlipwayError.is(error) || !mended.has(error.code)) return 'connection lost, trying again';
  return `${error.message} ${error.action ?? ''}`.trim();
}

function worded(error: unknown, direction: TransferRequest['direction']): unknown {
  if (error instanceof RemoteRefusal) {
    if (error.reason === 'space') return diskFull('the DevEnv', error.space, undefined);
    const code = error.reason === 'denied' ? 'disk.denied' : 'transfer.failed';
    const why = refusalText(error);
    return direction === 'upload'
      ? new SlipwayError(code, `The destination in the DevEnv cannot be used: ${why}.`, {
          action: 'Name another destination.',
          cause: error,
        })
      : new SlipwayError(code, `The source in the DevEnv cannot be read: ${why}.`, {
          action: 'Check the path.',
          cause: error,
        });
  }
  if (systemCode(error) === undefined) return error;
  return new SlipwayError('transfer.failed', `The files of this machine cannot be used: ${failureText(error)}.`, {
    cause: error,
  });
}

/** One try: looks at both ends, and does what is missing. */
class Attempt {
  readonly #request: TransferRequest;
  readonly #services: TransferServices;
  readonly #ledger: Ledger;
  readonly #signal: AbortSignal;
  connected = false;

  constructor(request: TransferRequest, services: TransferServices, ledger: Ledger, signal: AbortSignal) {
    this.#request = request;
    this.#services = services;
    this.#ledger = ledger;
    this.#signal = signal;
  }

  async run(): Promise<void> {
    const end = await this.#services.connect((text) => (this.#ledger.waiting = text), this.#signal);
    this.connected = true;
    try {
      this.#ledger.begin();
      const prepared = [];
      for (const [tree, trip] of (await this.#trips(end)).entries()) prepared.push(await this.#prepare(trip, tree));
      if (this.#request.dryRun) {
        for (const { plan, tree } of prepared) this.#ledger.pretend(tree, plan);
        return;
      }
      for (const { trip, plan, here, tree } of prepared) {
        await this.#carryOut(trip, plan, here, tree);
        await trip.marker?.remove();
      }
    } finally {
      end.close();
    }
  }

  async #trips(end: RemoteEnd): Promise<Trip[]> {
    const { direction, local, remote, sync, mayName, dryRun } = this.#request;
    const isUpload = direction === 'upload';
    const [sources, [destination = '.']] = isUpload ? [local, remote] : [remote, local];
    if (mayName && sources.length > 1) await checkForSeveral(isUpload ? end : undefined, destination);
    const rules = { sync, mayName, dryRun, now: this.#services.clock.now(), names: this.#names() };
    const trips: Trip[] = [];
    for (const source of sources)
      trips.push(await (isUpload ? uploadTrip : downloadTrip)(end, source, destination, rules));
    return trips;
  }

  async #prepare(trip: Trip, tree: number): Promise<{ trip: Trip; plan: Plan; here: Tree; tree: number }> {
    const { direction, delete: deletes, dryRun } = this.#request;
    const { local, remote, only, isMissing } = trip;
    const isUpload = direction === 'upload';
    const stay = this.#request.sync ? folderNamesThatStay : [];
    const prune = (name: string): boolean => stay.length > 0 && (name.startsWith('.') || stay.includes(name));
    const [here, there] = await Promise.all([
      isMissing && !isUpload
        ? nothing
        : walkLocal(local, { only, prune, keepsParts: dryRun }, this.#services.clock.now(), this.#signal),
      isMissing && isUpload ? nothing : remote.list({ only, prune: stay, keepsParts: dryRun }),
    ]);
    const rules = this.#request.sync ? await treeRules(isUpload ? here : there, trip, isUpload) : undefined;
    const plan = planTransfer(isUpload ? here : there, isUpload ? there : here, {
      delete: deletes && only === undefined,
      names: isUpload ? plainNames : this.#names(),
      ignored: (path, kind) => rules?.reason(path, kind === 'folder'),
      renamed: trip.renamed,
      timesMs: remote.timesMs,
    });
    this.#account(plan, isUpload ? here : there, tree);
    await this.#checkSpace(trip, plan, isUpload ? there : here);
    return { trip, plan, here, tree };
  }

  #account(plan: Plan, source: Tree, tree: number): void {
    const ledger = this.#ledger;
    ledger.skip(plan.skipped);
    ledger.expect(plan.files);
    const toDo = new Set([...plan.files, ...plan.doubtful].map(({ path }) => path));
    for (const entry of source.entries)
      if (entry.kind === 'file' && !toDo.has(entry.path)) ledger.confirmSent(tree, entry);
    ledger.unchanged(plan.unchangedFiles, tree);
  }

  async #checkSpace({ remote, local }: Trip, plan: Plan, destination: Tree): Promise<void> {
    const needed = plan.files.reduce((total, { bytes }) => total + bytes, 0);
    if (needed === 0) return;
    const isUpload = this.#request.direction === 'upload';
    const space = await (isUpload ? remote.space() : new LocalDestination(local).space()).catch(() => undefined);
    if (space === undefined || space.free + destination.partBytes >= needed) return;
    throw diskFull(isUpload ? `${remote.path} of the DevEnv` : local, space, needed);
  }

  async #carryOut({ local, remote }: Trip, plan: Plan, here: Tree, tree: number): Promise<void> {
    const ledger = this.#ledger;
    if (this.#request.direction === 'upload') {
      await new Upload({ local, remote, plan, tree, ledger }, this.#signal).run();
      return;
    }
    const byPath = new Map(here.entries.map((entry) => [entry.path, entry]));
    const destination = new LocalDestination(local);
    await new Download({ local: destination, remote, plan, tree, ledger, here: byPath }, this.#signal).run();
  }

  #names(): NameRules {
    const { platform } = this.#services;
    if (platform === 'win32') return windowsNames;
    return platform === 'darwin' ? foldedNames : plainNames;
  }
}

/** Tells how a transfer stands, some times a second. */
class Reporter {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #onProgress: (progress: TransferProgress) => void;
  readonly #timer: NodeJS.Timeout;
  #estimate = freshEstimate;

  constructor(ledger: Ledger, clock: Clock, onProgress: (progress: TransferProgress) => void) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#onProgress = onProgress;
    this.#timer = setInterval(() => this.report(), progressMs);
    this.#timer.unref();
  }

  report(): void {
    const { path, waiting, counts } = this.#ledger;
    this.#estimate = observe(this.#estimate, this.#clock.now(), counts.bytes);
    this.#onProgress({
      ...counts,
      ...rateOf(this.#estimate, counts.totalBytes - counts.bytes),
      ...(path !== undefined && { path }),
      ...(waiting !== undefined && { waiting }),
    });
  }

  end(): void {
    clearInterval(this.#timer);
    this.report();
  }
}
