import { constants, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { SlipwayError } from '../../protocol/index.ts';
import { parseConfig, type Config } from './parseConfig.ts';

/** More than this (bytes) is no configuration. */
const largest = 4 * 1024 * 1024;

/** Where the contexts stand: a file that people may edit. */
export function configPath(configDir: string): string {
  return join(configDir, 'config.yaml');
}

/**
 * Reads the configuration; `local` alone where there is no file.
 * @param configDir absolute path of Slipway's configuration folder
 * @throws SlipwayError `context.invalid` that says where the file is wrong, or whose it is; `config.newer`
 */
export async function readConfig(configDir: string): Promise<Config> {
  const path = configPath(configDir);
  return parseConfig((await readConfigText(path)) ?? '', path);
}

/**
 * The file's text; undefined where there is none. Whoever can write it decides where sign-ins go, so it must be in the hands of its
 * reader.
 * @throws SlipwayError `context.invalid`
 */
export async function readConfigText(path: string): Promise<string | undefined> {
  try {
    // Not blocking, because opening a named pipe would wait for a writer.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      checkHands(path, await file.stat(), process.getuid?.());
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (SlipwayError.is(error)) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    const denied = code === 'EACCES' || code === 'EPERM';
    throw unusable(path, denied ? 'you may not read it' : `it cannot be read (${code})`, `chmod 600 ${path}`, error);
  }
}

/** @param uid of this process; undefined where the system has none */
export function checkHands(path: string, status: Pick<Stats, 'uid' | 'mode' | 'size' | 'isFile'>, uid?: number): void {
  if (!status.isFile()) throw unusable(path, 'it is no file', `mv ${path} ${path}.old`);
  if (status.size > largest) throw unusable(path, 'it is larger than 4 MB', `mv ${path} ${path}.old`);
  if (uid === undefined) return;
  if (status.uid !== uid && status.uid !== 0) {
    throw unusable(path, 'it belongs to another user of this machine', `chown ${uid} ${path}`);
  }
  if ((status.mode & 0o022) !== 0)
    throw unusable(path, 'other users of this machine may write it', `chmod 600 ${path}`);
}

function unusable(path: string, why: string, command: string, cause?: unknown): SlipwayError {
  return new SlipwayError('context.invalid', `The configuration ${path} is not used: ${why}.`, {
    action: `Look at the file, then run: ${command}`,
    cause,
  });
}
