import { mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SlipwayError } from '../../protocol/index.ts';

/** A change takes milliseconds: a lock of this age (ms) is of a program that died. */
const staleMs = 10_000;
const retryMs = 20;
const longestWaitMs = 15_000;

/**
 * Does `work` while no other program of this person changes the configuration.
 * @param path of the file that is changed; the lock lies beside it
 * @throws SlipwayError `run.conflict` where another one does not come to an end, `disk.denied`
 */
export async function withConfigLock<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  const lock = `${path}.lock`;
  await take(lock, path);
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function take(lock: string, path: string): Promise<void> {
  try {
    await mkdir(dirname(lock), { recursive: true, mode: 0o700 });
    for (let waited = 0; waited < longestWaitMs; waited += retryMs) {
      if (await made(lock)) return;
      const age = await ageOf(lock);
      if (age !== undefined && age > staleMs) await rm(lock, { force: true });
      else await sleep(retryMs);
    }
  } catch (error) {
    throw notWritable(path, error);
  }
  throw new SlipwayError('run.conflict', `Another program is changing ${path} and does not come to an end.`, {
    action: `If there is none, remove ${lock}.`,
  });
}

async function made(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx', 0o600)).close();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** In ms; undefined where it has gone. */
async function ageOf(lock: string): Promise<number | undefined> {
  const status = await stat(lock).catch(() => undefined);
  return status === undefined ? undefined : Date.now() - status.mtimeMs;
}

export function notWritable(path: string, cause: unknown): SlipwayError {
  const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason';
  return new SlipwayError('disk.denied', `${path} cannot be written (${why}).`, {
    action: 'Make its folder writable for you, and look whether the disk is full.',
    cause,
  });
}
