import { readFileSync, rmSync, utimesSync } from 'node:fs';
import { basename } from 'node:path';
import type { RunEvent, StepName } from '../../../protocol/index.ts';
import { Queue, waitForSlot } from '../queue/queue.ts';
import type { ProcessIdentity } from '../../../processes/index.ts';
import { heartbeatMs, isStepName, type LocalSettings, type RunPaths } from '../runFolder.ts';
import type { CancelRequest } from './cancelRequest.ts';
import { isRecord, parseObject } from './progressLine.ts';
import { ProgressTail } from './progressTail.ts';
import { readResultFile, stepResult, verdictOf, type Verdict } from './stepResult.ts';
import { runStep } from './stepRunner.ts';

export interface SuperviseOptions {
  readonly paths: RunPaths;
  readonly settings: LocalSettings;
  readonly self: ProcessIdentity;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cancel: CancelRequest;
  /** Appends to the run's events. */
  readonly emit: (event: RunEvent) => void;
}

/** Drives one run from the queue to its end. The last event it emits is `finished`. */
export async function supervise(options: SuperviseOptions): Promise<void> {
  const { paths, settings, cancel } = options;
  const run = basename(paths.folder);
  const announceCancel = (): void => options.emit({ type: 'cancelRequested', time: Date.now() });
  cancel.signal.addEventListener('abort', announceCancel, { once: true });
  const heartbeat = setInterval(() => beat(paths.supervisor), heartbeatMs);
  const cancelPoll = setInterval(() => cancel.poll(), 250);
  try {
    cancel.poll();
    const steps = stepsToRun(paths);
    const granted = await waitForSlot({
      folder: settings.queueDir,
      ticket: { run, submittedAt: settings.submittedAt, owner: options.self },
      slots: settings.slots,
      onPosition: (position) => options.emit({ type: 'queued', time: Date.now(), position }),
      signal: cancel.signal,
    });
    const verdict = granted ? await new StepSequence(options, steps).run() : cancelSteps(options, steps);
    options.emit({ type: 'finished', time: Date.now(), ...verdict });
    if (granted) leaveQueue(settings.queueDir, run);
  } finally {
    clearInterval(heartbeat);
    clearInterval(cancelPoll);
    cancel.signal.removeEventListener('abort', announceCancel);
  }
}

/** The steps of `run.json` but those whose results were taken from another run. */
function stepsToRun(paths: RunPaths): StepName[] {
  const runFile = parseObject(readFileSync(paths.runFile, 'utf8'));
  const steps: unknown = runFile?.steps;
  const reuse = runFile?.reuse;
  const reused: unknown = isRecord(reuse) ? reuse.steps : [];
  if (!Array.isArray(steps)) throw new Error('run.json names no steps');
  return steps.filter(isStepName).filter((step) => !(Array.isArray(reused) && reused.includes(step)));
}

function beat(path: string): void {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // The folder may be gone or read-only; a missed heartbeat misleads other machines at most.
  }
}

function leaveQueue(queueDir: string, run: string): void {
  try {
    new Queue(queueDir).leave(run);
  } catch (error) {
    // The run has ended well; its ticket is void once this process is gone, which is next.
    process.stderr.write(`queue: ${String(error)}\n`);
  }
}

function cancelSteps(options: SuperviseOptions, steps: readonly StepName[]): Verdict {
  for (const step of steps) options.emit({ type: 'stepFinished', time: Date.now(), step, state: 'cancelled' });
  return { state: 'cancelled', ...reasonOf(options.cancel) };
}

function reasonOf(cancel: CancelRequest): { reason?: string } {
  return cancel.reason === undefined ? {} : { reason: cancel.reason };
}

/** The steps of one run, one after the other, each whatever the one before did; the scripts decide what to skip. */
class StepSequence {
  private readonly options: SuperviseOptions;
  private readonly steps: readonly StepName[];
  private readonly progress: ProgressTail;

  constructor(options: SuperviseOptions, steps: readonly StepName[]) {
    this.options = options;
    this.steps = steps;
    this.progress = new ProgressTail(options.paths.progress, options.emit);
  }

  async run(): Promise<Verdict> {
    const { cancel, emit, paths } = this.options;
    try {
      emit({ type: 'staging', time: Date.now() });
      for (const [index, step] of this.steps.entries()) {
        cancel.poll();
        if (cancel.signal.aborted) return await this.cancelFrom(index, false);
        emit({ type: 'stepStarted', time: Date.now(), step });
        const ended = await this.runOne(step, cancel.signal, false);
        if (!ended) return await this.cancelFrom(index, true);
      }
      return verdictOf(readResultFile(paths.result('collect')));
    } finally {
      this.progress.close();
    }
  }

  /** Runs one step and says how it ended. False when a cancel kept it from its end; then nothing was said. */
  private async runOne(step: StepName, stop: AbortSignal, cancelled: boolean): Promise<boolean> {
    const { paths, settings, env, emit } = this.options;
    rmSync(paths.result(step), { recursive: true, force: true });
    const exit = await runStep({
      step,
      paths,
      settings,
      env,
      progress: this.progress,
      stop,
      cancelled,
    });
    const result = stepResult(readResultFile(paths.result(step)), exit);
    // A step that came to its end in the same moment as the cancel has ended, not been cancelled.
    if (stop.aborted && !cancelled && (exit.code !== 0 || result.state === 'failed')) return false;
    emit({ type: 'stepFinished', time: Date.now(), step, ...result });
    return true;
  }

  /** Marks what does not run any more, then lets `collect` list what is there. */
  private async cancelFrom(index: number, started: boolean): Promise<Verdict> {
    const { cancel, emit, settings } = this.options;
    for (const step of this.steps.slice(index)) {
      if (step !== 'collect') emit({ type: 'stepFinished', time: Date.now(), step, state: 'cancelled' });
    }
    if (this.steps.slice(index).includes('collect')) {
      if (!(started && this.steps[index] === 'collect'))
        emit({ type: 'stepStarted', time: Date.now(), step: 'collect' });
      await this.runOne('collect', AbortSignal.timeout(settings.cancelledCollectMs), true);
    }
    return { state: 'cancelled', ...reasonOf(cancel) };
  }
}
