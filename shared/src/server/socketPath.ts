import { type Stats } from 'node:fs';
import { lstat, mkdir, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { SlipwayError } from '../protocol/index.ts';

/** Longest path of a Unix socket in bytes that both Linux (108) and macOS (104) take, with its closing zero. */
const longestPathBytes = 103;

/**
 * Makes the place for a socket: a folder of its own user's (0700, no link) and no file at the path itself. The socket of
 * a core that died is removed, that of a live one never.
 * @throws SlipwayError `usage` for a path that cannot be one, `disk.denied` for a folder that others may enter,
 * `run.conflict` when a core answers there already
 */
export async function prepareSocketPath(socketPath: string, uid: number, signal: AbortSignal): Promise<void> {
  if (Buffer.byteLength(socketPath) > longestPathBytes) {
    throw new SlipwayError(
      'usage',
      `The socket path is longer than the ${longestPathBytes} bytes a system takes: ${socketPath}`,
      {
        action: 'Choose a shorter path, for example below $XDG_RUNTIME_DIR.',
      },
    );
  }
  await ensureFolder(dirname(socketPath), uid);
  const there = await statusOf(socketPath);
  if (there === undefined) return;
  if (!there.isSocket()) {
    throw new SlipwayError('usage', `There is a file at the socket path already: ${socketPath}`, {
      action: 'Choose another path, or remove the file.',
    });
  }
  if (await answers(socketPath, signal)) {
    throw new SlipwayError('run.conflict', `A core is listening already: ${socketPath}`, {
      action: 'Connect to that core, end it first, or choose another path.',
    });
  }
  await unlink(socketPath).catch((error: unknown) => {
    if (!hasCode(error, 'ENOENT')) throw denied(socketPath, error);
  });
}

async function ensureFolder(folder: string, uid: number): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw denied(folder, error);
  });
  const status = await statusOf(folder);
  if (status?.isDirectory() !== true) {
    throw new SlipwayError('disk.denied', `The folder of the socket is a link or a file: ${folder}`, {
      action: 'Choose a folder of your own.',
    });
  }
  if (status.uid !== uid || (status.mode & 0o077) !== 0) {
    const whose = status.uid === uid ? 'is open to other users' : 'belongs to another user';
    throw new SlipwayError('disk.denied', `The folder of the socket ${whose}: ${folder}`, {
      action: 'Choose a folder that only you may enter (chmod 700).',
    });
  }
}

/** True when somebody accepts connections there. */
function answers(socketPath: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path: socketPath, signal });
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', (error) => {
      socket.destroy();
      if (hasCode(error, 'ECONNREFUSED') || hasCode(error, 'ENOENT')) resolve(false);
      else reject(error);
    });
  });
}

async function statusOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw denied(path, error);
  }
}

function denied(path: string, cause: unknown): SlipwayError {
  const reason = cause instanceof Error ? cause.message : 'unknown reason';
  return new SlipwayError('disk.denied', `The place for the socket cannot be used: ${path} (${reason})`, { cause });
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
