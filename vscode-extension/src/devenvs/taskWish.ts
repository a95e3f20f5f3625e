import { posix } from 'node:path';
import { type DevEnvJob, devEnvWorkspace } from '@slipway/shared/protocol';

/** How tasks.json calls a command in a DevEnv. */
export const taskType = 'slipway-devenv';

/** How much of a command line, or of a task's name, is the title of its job, in characters. */
export const longestTitle = 80;

/** What a task of tasks.json asks for. */
export interface TaskWish {
  /** A line for a login shell, as a terminal there takes it. */
  readonly command: string;
  /** The only one where none is named. */
  readonly devEnv?: string;
  readonly context?: string;
  /** Absolute, or relative to `/workspace`. */
  readonly cwd?: string;
}

/** Undefined for what has no command: a tasks.json says anything. */
export function taskWishOf(definition: Readonly<Record<string, unknown>>): TaskWish | undefined {
  const text = (name: string): string | undefined => {
    const value = definition[name];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  };
  const [command, devEnv, context, cwd] = ['command', 'devEnv', 'context', 'cwd'].map(text);
  if (command === undefined) return undefined;
  return {
    command,
    ...(devEnv !== undefined && { devEnv }),
    ...(context !== undefined && { context }),
    ...(cwd !== undefined && { cwd }),
  };
}

/** A login shell, so that a line finds what a terminal there finds. */
export function shellCommand(line: string): string[] {
  return ['bash', '-lc', line];
}

/** The line that a job runs in a login shell; undefined for one that was started in another way. */
export function lineOf({ command: [program, option, line, ...more] }: Pick<DevEnvJob, 'command'>): string | undefined {
  return program === 'bash' && option === '-lc' && more.length === 0 ? line : undefined;
}

/** Whether a job is what a task asks for, and goes on. */
export function isStillRunning(job: DevEnvJob, { command, cwd = '' }: TaskWish): boolean {
  return job.state === 'running' && lineOf(job) === command && folder(job.cwd) === folder(cwd);
}

/** Where a job ran, as a task writes it; undefined for the workspace itself. */
export function folderOf({ cwd }: Pick<DevEnvJob, 'cwd'>): string | undefined {
  const relative = posix.relative(devEnvWorkspace, folder(cwd));
  if (relative === '') return undefined;
  return relative.startsWith('..') ? cwd : relative;
}

/** What a task ends with. */
export function taskExitCode({ state, exitCode }: Pick<DevEnvJob, 'state' | 'exitCode'>): number {
  if (state === 'succeeded') return 0;
  // As a shell tells of what was ended by the signal TERM.
  if (state === 'stopped') return 143;
  return exitCode === undefined || exitCode === 0 ? 1 : exitCode;
}

function folder(path: string): string {
  return posix.resolve(devEnvWorkspace, path);
}
