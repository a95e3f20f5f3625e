import { ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { StepName } from '../../../protocol/index.ts';
import { endProcesses } from '../processes/endProcesses.ts';
import type { LocalSettings, RunPaths } from '../runFolder.ts';
import { LogMarks } from './logMarks.ts';
import type { ProgressTail } from './progressTail.ts';
import { runMarker, stepEnvironment } from './stepEnvironment.ts';
import type { Exit } from './stepResult.ts';

/** How often the log and the progress are looked at; also the least distance of two log marks. */
const pulseMs = 50;

export interface StepRunOptions {
  readonly step: StepName;
  readonly paths: RunPaths;
  readonly settings: LocalSettings;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly progress: ProgressTail;
  /** Ends the step early: TERM, then KILL, for everything that it started. */
  readonly stop: AbortSignal;
  /** The run was cancelled and this is the `collect` that lists what is there. */
  readonly cancelled: boolean;
}

/**
 * Runs `bash STEPS/STEP.sh` to its end, in a session of its own and with its output going straight into the log file.
 * When it returns, no process of the step is left.
 */
export async function runStep(options: StepRunOptions): Promise<Exit> {
  const { step, paths, settings, progress, stop } = options;
  const startedAt = Date.now();
  const marks = new LogMarks(paths.log(step), paths.times(step));
  const look = (last: boolean): void => {
    try {
      const now = Date.now();
      marks.observe(now);
      progress.poll({ step, stepStartedAt: startedAt }, now, last);
    } catch (error) {
      // Such as a network home that is away for a moment: the next look sees what this one missed.
      process.stderr.write(`${step}: ${String(error)}\n`);
    }
  };
  const pulse = setInterval(() => look(false), pulseMs);
  try {
    const child = start(options, marks.logFd);
    if (!(child instanceof ChildProcess)) return child;
    const roots = new Set(child.pid === undefined ? [] : [child.pid]);
    const exit = exitOf(child);
    const stopped = await Promise.race([exit.then(() => false), aborted(stop)]);
    const graceMs = stopped ? settings.cancelGraceMs : settings.leftoverGraceMs;
    const stuck = await endProcesses({ marker: runMarker(paths.folder), roots, graceMs });
    if (stuck.length > 0) process.stderr.write(`${step}: processes ${stuck.join(' ')} did not end when killed\n`);
    // A step that even KILL does not end hangs in the kernel; the run goes on without it.
    return stuck.some((pid) => pid === child.pid) ? { code: null, signal: 'SIGKILL' } : await exit;
  } finally {
    clearInterval(pulse);
    look(true);
    marks.close();
  }
}

function start(options: StepRunOptions, logFd: number): ChildProcess | Exit {
  const { step, paths, settings, cancelled } = options;
  try {
    return spawn('bash', [join(settings.stepsDir, `${step}.sh`)], {
      cwd: paths.folder,
      env: stepEnvironment(options.env, paths, settings, cancelled),
      detached: true,
      stdio: ['ignore', logFd, logFd],
    });
  } catch (error) {
    // Most failures arrive as an event, but not all: an environment that is too large (E2BIG) is thrown.
    return { code: null, signal: null, startError: error instanceof Error ? error.message : String(error) };
  }
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, startError: error.message }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

function aborted(signal: AbortSignal): Promise<true> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(true);
    else signal.addEventListener('abort', () => resolve(true), { once: true });
  });
}
