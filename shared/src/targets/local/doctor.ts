import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { formatBytes, SlipwayError, type PythonChoice, type RequestResult } from '../../protocol/index.ts';
import { makeFolders, onDisk } from './diskErrors.ts';
import { withDefaults, type LocalTargetOptions, type LocalTargetSettings } from './localOptions.ts';
import { choosePython, findOnPath, listKernels, type ChoosePythonOptions } from './python/index.ts';
import { Queue } from './queue/queue.ts';
import type { DoctorProgress } from '../runTarget.ts';
import { dataPaths } from './runFolder.ts';

export type DoctorCheck = RequestResult<'doctor'>['checks'][number];
type Finding = Omit<DoctorCheck, 'name' | 'durationMs'>;

const run = promisify(execFile);
const commandLimitMs = 10_000;
/** Less free space than this is worth a warning: an environment with the tools takes about 300 MB. */
const littleSpaceBytes = 1_000_000_000;

/** Checks what a run on this machine needs. Every check ends in an answer; none throws but on cancel. */
export async function localDoctor(
  options: LocalTargetOptions,
  signal: AbortSignal,
  progress?: DoctorProgress,
): Promise<readonly DoctorCheck[]> {
  const settings = withDefaults(options);
  const python = pythonOnce({ ...settings, platform: process.platform }, signal);
  const checks: readonly (readonly [string, () => Promise<Finding>])[] = [
    ['bash', () => checkBash(settings, signal)],
    ['timeout', () => checkTimeout(settings)],
    ['data folder', () => checkDataFolder(settings)],
    ['python', async () => pythonFinding(await python())],
    ['kernels', () => checkKernels(settings, signal)],
    ['environment', async () => environmentFinding(await python())],
    ['slots', () => Promise.resolve().then(() => checkSlots(settings))],
  ];
  const results: DoctorCheck[] = [];
  for (const [name, check] of checks) {
    signal.throwIfAborted();
    progress?.looking(name);
    const startedAt = performance.now();
    const finding = await findingOf(check, signal);
    const result = { name, ...finding, durationMs: performance.now() - startedAt };
    results.push(result);
    progress?.checked(result);
  }
  return results;
}

async function findingOf(check: () => Promise<Finding>, signal: AbortSignal): Promise<Finding> {
  try {
    return await check();
  } catch (error) {
    signal.throwIfAborted();
    const detail = error instanceof Error ? error.message : String(error);
    const fix = error instanceof SlipwayError ? error.action : undefined;
    return { outcome: 'fail', detail, ...(fix === undefined ? {} : { fix }) };
  }
}

/** `python` and `environment` are told from one answer. */
function pythonOnce(options: ChoosePythonOptions, signal: AbortSignal): () => Promise<PythonChoice> {
  let answer: Promise<PythonChoice> | undefined;
  return () => {
    answer ??= choosePython(
      options,
      {
        python: undefined,
        kernel: 'python3',
        language: undefined,
        requirements: undefined,
        needsTests: true,
        folder: undefined,
      },
      signal,
    );
    return answer;
  };
}

async function checkBash(settings: LocalTargetSettings, signal: AbortSignal): Promise<Finding> {
  const bash = await findOnPath('bash', settings.env.PATH);
  if (bash === undefined) return { outcome: 'fail', detail: 'not found on PATH', fix: 'Install bash 4.4 or newer.' };
  const { stdout } = await run(bash, ['--norc', '-c', 'echo "${BASH_VERSINFO[0]}.${BASH_VERSINFO[1]}"'], {
    timeout: commandLimitMs,
    signal,
  });
  return bashFinding(bash, stdout.trim());
}

/** @param version "5.2" */
export function bashFinding(bash: string, version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 4 || (major === 4 && minor >= 4)) return { outcome: 'pass', detail: `${bash}, ${version}` };
  return {
    outcome: 'fail',
    detail: `${bash} is version ${version}, and 4.4 or newer is needed`,
    fix: 'Install a newer bash and put it first on PATH (on macOS: brew install bash).',
  };
}

async function checkTimeout(settings: LocalTargetSettings): Promise<Finding> {
  const timeout = await findOnPath('timeout', settings.env.PATH);
  if (timeout !== undefined) return { outcome: 'pass', detail: timeout };
  return {
    outcome: 'warn',
    detail: 'not found on PATH, so steps cannot have time limits',
    fix: 'Install GNU coreutils (on macOS: brew install coreutils, and put its gnubin folder on PATH).',
  };
}

async function checkDataFolder({ dataDir }: LocalTargetSettings): Promise<Finding> {
  const probe = join(dataDir, `.doctor-${randomBytes(6).toString('hex')}`);
  await onDisk(dataDir, async () => {
    await makeFolders(dataDir);
    try {
      await writeFile(probe, 'x', { mode: 0o600 });
    } finally {
      await rm(probe, { force: true });
    }
  });
  const { bavail, bsize } = await statfs(dataDir);
  return spaceFinding(dataDir, bavail * bsize);
}

/** @param free bytes */
export function spaceFinding(dataDir: string, free: number): Finding {
  const detail = `${dataDir}, writable, ${formatBytes(free)} free`;
  if (free >= littleSpaceBytes) return { outcome: 'pass', detail };
  return { outcome: 'warn', detail, fix: 'Free some space, for example by deleting old runs.' };
}

function pythonFinding(choice: PythonChoice): Finding {
  return { outcome: 'pass', detail: `${choice.interpreter}, ${choice.version} (${choice.explanation})` };
}

export function environmentFinding(choice: PythonChoice): Finding {
  switch (choice.environment) {
    case 'asIs':
      return { outcome: 'pass', detail: 'the Python has all the tools' };
    case 'reused':
      return { outcome: 'pass', detail: 'built' };
    case 'toBuild':
      return {
        outcome: 'warn',
        detail: 'will be built by the first run, which takes about a minute and needs the network',
      };
  }
}

async function checkKernels(settings: LocalTargetSettings, signal: AbortSignal): Promise<Finding> {
  const { env, home } = settings;
  const kernels = await listKernels({ env, home, platform: process.platform, folder: undefined }, signal);
  if (kernels.length === 0)
    return { outcome: 'pass', detail: 'none installed; Slipway keeps a Python kernel of its own' };
  return { outcome: 'pass', detail: kernels.map(({ name, origin }) => `${name} (${origin})`).join(', ') };
}

function checkSlots({ dataDir, slots }: LocalTargetSettings): Finding {
  const { tickets } = new Queue(dataPaths(dataDir).queue).read();
  const running = tickets.filter((ticket) => ticket.running).length;
  return slotsFinding(slots, running, tickets.length - running);
}

export function slotsFinding(slots: number, running: number, waiting: number): Finding {
  const free = Math.max(0, slots - running);
  const detail = `${free} of ${slots} free${waiting > 0 ? `, ${waiting} waiting` : ''}`;
  if (free > 0) return { outcome: 'pass', detail };
  return { outcome: 'warn', detail, fix: 'A new run waits until one ends; slipway runs shows them.' };
}
