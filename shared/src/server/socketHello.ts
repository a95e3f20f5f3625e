import type { Socket } from 'node:net';
import { SlipwayError } from '../protocol/index.ts';
import { encodeFrame } from './frames.ts';
import { farewell } from './messages.ts';
import type { Secret } from './secret.ts';
import { toResponseError } from './wireErrors.ts';

/** Longest first line in bytes: `{"secret":"…"}`. */
const longestHelloBytes = 4096;
const lineFeed = 0x0a;

/**
 * The first byte that a client sends; it stays unread. Undefined when none comes in time, the client leaves, or `signal`
 * aborts.
 */
export function firstByte(socket: Socket, timeoutMs: number, signal: AbortSignal): Promise<number | undefined> {
  return collect(socket, timeoutMs, signal, (bytes) => bytes[0]);
}

/**
 * Reads the line with the secret that a frame connection begins with. What follows it stays unread. A client without the
 * secret is told so and cut off.
 */
export async function authenticate(
  socket: Socket,
  secret: Secret,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const line = await collect(socket, timeoutMs, signal, (bytes) => {
    const end = bytes.indexOf(lineFeed);
    if (end !== -1) return bytes.subarray(0, end + 1);
    return bytes.length > longestHelloBytes ? bytes : undefined;
  });
  if (line !== undefined && secret.matches(secretOf(line))) {
    socket.read(line.length);
    return true;
  }
  const refusal = new SlipwayError('protocol.unauthorized', 'The first line does not carry the secret of this core.', {
    action: 'Send {"secret": "…"} first, with the secret that the core was started with.',
  });
  socket.resume();
  socket.end(encodeFrame(farewell(toResponseError(refusal))), () => socket.destroy());
  return false;
}

/** The secret in the line, or an empty text, which matches nothing. */
function secretOf(line: Uint8Array): string {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(line));
    if (typeof value === 'object' && value !== null && 'secret' in value && typeof value.secret === 'string') {
      return value.secret;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return '';
}

/** Shows what has come so far to `pick` until it returns something. Then all of it is unread again. */
function collect<Found>(
  socket: Socket,
  timeoutMs: number,
  signal: AbortSignal,
  pick: (bytes: Buffer) => Found | undefined,
): Promise<Found | undefined> {
  return new Promise((resolve) => {
    let bytes: Buffer = Buffer.alloc(0);
    const finish = (found: Found | undefined): void => {
      clearTimeout(timer);
      socket.off('readable', look).off('close', none).off('end', none).off('error', none);
      signal.removeEventListener('abort', none);
      if (bytes.length > 0 && !socket.destroyed) socket.unshift(bytes);
      resolve(found);
    };
    const none = (): void => finish(undefined);
    const look = (): void => {
      const more: unknown = socket.read();
      if (!(more instanceof Uint8Array)) return;
      bytes = Buffer.concat([bytes, more]);
      const found = pick(bytes);
      if (found !== undefined) finish(found);
    };
    const timer = setTimeout(none, timeoutMs);
    socket.on('readable', look).on('close', none).on('end', none).on('error', none);
    signal.addEventListener('abort', none, { once: true });
    if (signal.aborted) none();
  });
}
