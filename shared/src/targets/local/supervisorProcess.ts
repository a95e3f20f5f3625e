import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:fs';
import { access, open, readFile, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { SlipwayError } from '../../protocol/index.ts';
import { isMissing } from './diskErrors.ts';
import type { LocalTargetSettings } from './localOptions.ts';
import { isProcessIdentity, liveness, type ProcessIdentity } from '../../processes/index.ts';
import { heartbeatMs, type RunPaths } from './runFolder.ts';
import { submitterEnvironment } from './supervisor/stepEnvironment.ts';

/** `supervisor.json`. */
export interface SupervisorRecord {
  readonly identity: ProcessIdentity;
  /** The run's folder as the supervisor knows it, hence as its processes carry it in their environment. */
  readonly runDir: string;
  /** Epoch ms of the last heartbeat. */
  readonly seenAt: number;
}

/** `starting`: it has not said anything yet, but may still. */
export type SupervisorState = 'starting' | 'alive' | 'gone';

/** A machine that shares our home folder is taken for dead when its supervisor missed this many heartbeats. */
const missedHeartbeats = 5;

/** The supervisor that claimed the run; undefined when there is none yet or its file is not whole. */
export async function readSupervisor(paths: RunPaths): Promise<SupervisorRecord | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(paths.supervisor, 'utf8'), stat(paths.supervisor)]);
    const value: unknown = JSON.parse(text);
    if (!isProcessIdentity(value) || !('runDir' in value) || typeof value.runDir !== 'string') return undefined;
    return { identity: value, runDir: value.runDir, seenAt: mtimeMs };
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether anybody drives the run. @param submittedAt epoch ms when its folder was put in place */
export async function supervisorState(
  paths: RunPaths,
  submittedAt: number,
  settings: LocalTargetSettings,
): Promise<SupervisorState> {
  const record = await readSupervisor(paths);
  if (record === undefined) return settings.now() - submittedAt <= 2 * settings.startLimitMs ? 'starting' : 'gone';
  const state = liveness(record.identity);
  if (state !== 'elsewhere') return state;
  return settings.now() - record.seenAt > missedHeartbeats * heartbeatMs ? 'gone' : 'alive';
}

/**
 * Starts the supervisor of a staged run and waits until it has claimed the run. From then on it needs nobody.
 * @throws SlipwayError `supervisor.failed`; then no process is left
 */
export async function startSupervisor(settings: LocalTargetSettings, paths: RunPaths): Promise<void> {
  await access(settings.supervisorScript).catch((error: unknown) => failed(settings, String(error)));
  const log = await open(paths.supervisorLog, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND, 0o600);
  try {
    await untilClaimed(settings, paths, spawnSupervisor(settings, paths, log.fd));
  } finally {
    await log.close();
  }
}

interface StartedProcess {
  readonly child: ChildProcess;
  /** How it ended, if it did. */
  readonly ended: () => string | undefined;
}

function spawnSupervisor(settings: LocalTargetSettings, paths: RunPaths, logFd: number): StartedProcess {
  const child = spawn(settings.nodePath, [settings.supervisorScript, paths.folder], {
    cwd: settings.dataDir,
    detached: true,
    stdio: ['ignore', 'ignore', logFd],
    env: {
      ...submitterEnvironment(settings.env),
      ...('electron' in process.versions ? { ELECTRON_RUN_AS_NODE: '1' } : {}),
    },
  });
  let ended: string | undefined;
  child.once('error', (error) => (ended = error.message));
  child.once('exit', (code, signal) => (ended ??= `it ended with ${signal ?? `exit code ${code ?? 'unknown'}`}`));
  child.unref();
  return { child, ended: () => ended };
}

async function untilClaimed(
  settings: LocalTargetSettings,
  paths: RunPaths,
  { child, ended }: StartedProcess,
): Promise<void> {
  const deadline = Date.now() + settings.startLimitMs;
  while ((await readSupervisor(paths)) === undefined) {
    const end = ended();
    if (end !== undefined) failed(settings, `${end}${await lastWords(paths)}`);
    if (Date.now() > deadline) {
      child.kill('SIGKILL');
      failed(settings, `it did not start within ${settings.startLimitMs / 1000} s${await lastWords(paths)}`);
    }
    await sleep(10);
  }
}

async function lastWords(paths: RunPaths): Promise<string> {
  const text = await readFile(paths.supervisorLog, 'utf8').catch(() => '');
  const line = text
    .split('\n')
    .map((candidate) => candidate.trim())
    .findLast((candidate) => /error/i.test(candidate));
  return line === undefined ? '' : ` (${line.slice(0, 500)})`;
}

function failed(settings: LocalTargetSettings, why: string): never {
  throw new SlipwayError('supervisor.failed', `The process that drives the run could not be started: ${why}.`, {
    action: `Check that ${settings.nodePath} runs and that ${settings.supervisorScript} is there; slipway doctor tells more.`,
  });
}
