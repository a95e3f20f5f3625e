import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SlipwayError, type Artifact, type PythonChoice, type RunEvent, type StepName } from '../../protocol/index.ts';
import { runFileSchema, type RunFile } from '../../pipeline/index.ts';
import type {
  ByteRange,
  Disposable,
  LogSize,
  OpenedFile,
  PythonRequest,
  RunSubmission,
  RunTarget,
  StagedFile,
  StepLogChunk,
  TargetChange,
} from '../runTarget.ts';
import { artifactsOf } from './artifactFiles.ts';
import { openContained, readRange } from './containment.ts';
import { walkTree } from './copyTree.ts';
import { isMissing, onDisk, throwIfAborted } from './diskErrors.ts';
import { namesIn } from './folderNames.ts';
import { withDefaults, type LocalTargetOptions, type LocalTargetSettings } from './localOptions.ts';
import { endProcesses } from './processes/endProcesses.ts';
import { liveness } from '../../processes/index.ts';
import { choosePython, RecentChoice } from './python/index.ts';
import { removeRun } from './removeRun.ts';
import { EventReader, isFinal, runNotFound } from './runEvents.ts';
import { dataPaths, isRunName, RunPaths } from './runFolder.ts';
import { readLogChunk, sizeOfLog } from './stepLog.ts';
import { submitRun } from './submitRun.ts';
import { runMarker } from './supervisor/stepEnvironment.ts';
import { readSupervisor } from './supervisorProcess.ts';
import { RunsWatcher } from './watchRuns.ts';

/** How long deleting waits for a run that was told to stop: as long as on a cluster. */
const stoppingMs = 35_000;
const stoppingPollMs = 200;

/** The target `local`: runs are processes of this machine, each driven by a supervisor of its own. */
export function createLocalTarget(options: LocalTargetOptions): RunTarget {
  return new LocalTarget(withDefaults(options));
}

class LocalTarget implements RunTarget {
  readonly context: string;
  readonly kind = 'local';
  private readonly settings: LocalTargetSettings;
  private readonly runs: string;
  private readonly eventReader: EventReader;
  private readonly python: RecentChoice;

  constructor(settings: LocalTargetSettings) {
    this.settings = settings;
    this.context = settings.context;
    this.runs = dataPaths(settings.dataDir).runs;
    this.eventReader = new EventReader(settings);
    const machine = { ...settings, platform: process.platform };
    this.python = new RecentChoice(
      (request, signal) => choosePython(machine, request, signal),
      () => performance.now(),
    );
  }

  choosePython(request: PythonRequest, signal: AbortSignal): Promise<PythonChoice> {
    return this.python.choose(request, signal);
  }

  submit(submission: RunSubmission, signal: AbortSignal): Promise<void> {
    return submitRun(this.settings, submission, signal);
  }

  async list(signal: AbortSignal): Promise<readonly string[]> {
    throwIfAborted(signal);
    const names = (await namesIn(this.runs)).filter(isRunName);
    const dated = await Promise.all(
      names.map(async (name) => ({ name, at: await changedAt(new RunPaths(join(this.runs, name)).runFile) })),
    );
    return dated
      .filter(({ at }) => at !== undefined)
      .sort((left, right) => (right.at ?? 0) - (left.at ?? 0) || (left.name < right.name ? 1 : -1))
      .map(({ name }) => name);
  }

  async events(run: string, signal: AbortSignal): Promise<readonly RunEvent[]> {
    throwIfAborted(signal);
    return this.eventReader.read(run, this.pathsOf(run));
  }

  watch(listener: (change: TargetChange) => void): Disposable {
    const isOver = async (run: string): Promise<boolean> =>
      isFinal(await this.eventReader.read(run, this.pathsOf(run)));
    return new RunsWatcher({ runs: this.runs, isOver, listener });
  }

  async runFile(run: string, signal: AbortSignal): Promise<RunFile> {
    throwIfAborted(signal);
    const text = await readFile(this.pathsOf(run).runFile, 'utf8').catch((error: unknown) => {
      throw isMissing(error) ? runNotFound(run) : error;
    });
    try {
      return runFileSchema.parse(JSON.parse(text));
    } catch (error) {
      throw new SlipwayError('artifact.unreadable', `The run file of ${run} is damaged or of another version.`, {
        action: 'Submit the notebook again instead of repeating this run.',
        cause: error,
      });
    }
  }

  async readLog(
    run: string,
    step: StepName,
    offset: number,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<StepLogChunk> {
    throwIfAborted(signal);
    const paths = await this.existing(run);
    return readLogChunk(paths.log(step), paths.times(step), offset, maxBytes);
  }

  async logSize(run: string, step: StepName, signal: AbortSignal): Promise<LogSize> {
    throwIfAborted(signal);
    return { bytes: await sizeOfLog((await this.existing(run)).log(step)), whole: true };
  }

  async cancel(run: string, signal: AbortSignal): Promise<void> {
    const events = await this.events(run, signal);
    const paths = this.pathsOf(run);
    // A lost run has ended, but what it started may still be at work with nobody to end it.
    if (isLost(events)) return this.endOrphans(paths);
    if (isFinal(events)) return;
    await onDisk(this.settings.dataDir, () => writeFile(paths.cancel, '', { mode: 0o600 }));
    const supervisor = await readSupervisor(paths);
    if (supervisor === undefined || liveness(supervisor.identity) !== 'alive') return;
    try {
      process.kill(supervisor.identity.pid, 'SIGUSR2');
    } catch {
      // It ended in between, or belongs to somebody else; the file says the same, a little later.
    }
  }

  async delete(run: string, signal: AbortSignal): Promise<void> {
    const events = await this.eventsOnceStopped(run, signal);
    if (!isFinal(events)) {
      throw new SlipwayError('run.conflict', `The run ${run} has not ended, so it cannot be deleted.`, {
        action: `Cancel it first: slipway cancel ${run}`,
      });
    }
    if (isLost(events)) await this.endOrphans(this.pathsOf(run));
    await onDisk(this.settings.dataDir, () => removeRun(this.runs, run));
  }

  async artifacts(run: string, signal: AbortSignal): Promise<readonly Artifact[]> {
    const runFile = await this.runFile(run, signal);
    return artifactsOf(this.pathsOf(run), runFile.notebook?.name, signal);
  }

  async openFile(run: string, path: string, range: ByteRange | undefined, signal: AbortSignal): Promise<OpenedFile> {
    throwIfAborted(signal);
    const { folder } = await this.existing(run);
    const handle = await openContained(folder, path);
    try {
      const { size } = await handle.stat();
      const start = Math.min(Math.max(range?.start ?? 0, 0), size);
      const end = Math.min(range?.end ?? size, size);
      // Opened again when it is read, so that an answer that nobody reads leaves no file open.
      return { bytes: size, content: lateContent(folder, path, { start, end }, signal) };
    } finally {
      await handle.close();
    }
  }

  async inputs(run: string, signal: AbortSignal): Promise<readonly StagedFile[]> {
    const { inputs } = await this.existing(run);
    const files: StagedFile[] = [];
    for await (const { path, kind } of walkTree(inputs, signal)) {
      if (kind !== 'file') continue;
      const { size } = await stat(join(inputs, path));
      const range = { start: 0, end: Number.MAX_SAFE_INTEGER };
      files.push({ path, bytes: size, open: (reading) => lateContent(inputs, path, range, reading) });
    }
    return files;
  }

  private pathsOf(run: string): RunPaths {
    if (!isRunName(run)) throw runNotFound(run);
    return new RunPaths(join(this.runs, run));
  }

  private async existing(run: string): Promise<RunPaths> {
    const paths = this.pathsOf(run);
    if ((await changedAt(paths.runFile)) === undefined) throw runNotFound(run);
    return paths;
  }

  /** The events of a run; of one that was told to stop, once it has. */
  private async eventsOnceStopped(run: string, signal: AbortSignal): Promise<readonly RunEvent[]> {
    const end = this.settings.now() + stoppingMs;
    let events = await this.events(run, signal);
    while (!isFinal(events) && this.settings.now() < end) {
      if ((await changedAt(this.pathsOf(run).cancel)) === undefined) break;
      await sleep(stoppingPollMs);
      events = await this.events(run, signal);
    }
    return events;
  }

  private async endOrphans(paths: RunPaths): Promise<void> {
    const supervisor = await readSupervisor(paths);
    // Processes of another machine are not ours to end.
    if (supervisor === undefined || liveness(supervisor.identity) !== 'gone') return;
    const graceMs = this.settings.cancelGraceMs;
    await endProcesses({ marker: runMarker(supervisor.runDir), roots: new Set(), graceMs });
  }
}

function isLost(events: readonly RunEvent[]): boolean {
  const last = events.at(-1);
  return last?.type === 'finished' && last.state === 'lost';
}

async function* lateContent(
  folder: string,
  path: string,
  range: ByteRange,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield* readRange(await openContained(folder, path), range, signal);
}

/** Epoch ms; undefined when the file is not there. `run.json` is never changed, so its time is the submission's. */
async function changedAt(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
