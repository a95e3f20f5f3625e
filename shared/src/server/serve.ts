import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { SlipwayError } from '../protocol/index.ts';
import { serveConnection, type ServeOptions } from './connection.ts';
import { FrameReader, FrameWriter } from './frameTransport.ts';
import type { SessionSource } from './session.ts';
import { Secret } from './secret.ts';

/** Longest first line of standard input in characters. */
const longestLineLength = 4096;

/**
 * Serves the one client at the other end of an inherited descriptor: a pipe that carries both directions, such as the
 * fourth one that an editor opens. Resolves when the client has gone or `signal` aborts.
 * @throws SlipwayError `usage` when the descriptor is no such pipe
 */
export async function serveOnDescriptor(
  core: SessionSource,
  fd: number,
  options: ServeOptions,
  signal: AbortSignal,
): Promise<void> {
  const socket = openDescriptor(fd);
  // The connection hears of its errors by itself; this keeps one that comes later from ending the process.
  socket.on('error', () => socket.destroy());
  await serveConnection(core, new FrameReader(socket), new FrameWriter(socket), options, signal);
  await new Promise<void>((resolve) => {
    if (socket.destroyed) {
      resolve();
      return;
    }
    const timer = setTimeout(() => socket.destroy(), 1000);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.end();
  });
}

function openDescriptor(fd: number): Socket {
  try {
    if (process.platform === 'win32' || fstatSync(fd).isSocket())
      return new Socket({ fd, readable: true, writable: true });
  } catch (cause) {
    throw notAPipe(fd, cause);
  }
  throw notAPipe(fd, undefined);
}

function notAPipe(fd: number, cause: unknown): SlipwayError {
  return new SlipwayError('usage', `File descriptor ${fd} is not a pipe that carries both directions.`, {
    action: 'Start the core with a pipe at that descriptor, as child_process.spawn does for stdio: "pipe".',
    cause,
  });
}

/**
 * Reads the secret: the first line of standard input. What follows is thrown away; the end of the stream is the sign that
 * the host has gone.
 * @throws SlipwayError `usage` when there is none or it is too short, `cancelled` on abort
 */
export async function readSecret(stdin: Readable, signal: AbortSignal): Promise<Secret> {
  stdin.setEncoding('utf8');
  const line = await new Promise<string>((resolve, reject) => {
    let text = '';
    const finish = (settle: () => void): void => {
      stdin.off('data', onData).off('end', onEnd).off('error', onEnd);
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    const onData = (chunk: string): void => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end !== -1) finish(() => resolve(text.slice(0, end).replace(/\r$/, '')));
      else if (text.length > longestLineLength) finish(() => resolve(''));
    };
    const onEnd = (): void => finish(() => resolve(text));
    const onAbort = (): void => finish(() => reject(new SlipwayError('cancelled', 'The core was ended.')));
    stdin.on('data', onData).on('end', onEnd).on('error', onEnd);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
  return new Secret(line);
}

/** Aborts `controller` when the host that holds the other end of `stdin` closes it or dies. */
export function endWithStdin(stdin: Readable, controller: AbortController): void {
  const end = (): void => controller.abort(new SlipwayError('cancelled', 'The host closed standard input.'));
  stdin.on('end', end).on('close', end).on('error', end);
  if (stdin.readableEnded || stdin.destroyed) end();
  stdin.resume();
}
