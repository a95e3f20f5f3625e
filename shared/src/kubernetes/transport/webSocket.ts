import type { IncomingMessage, RequestOptions } from 'node:http';
import { WebSocket } from 'ws';
import { abortReason } from './abortReason.ts';
import { faultOf } from './faultOf.ts';

export interface UpgradeLimits {
  readonly handshakeMs: number;
  readonly messageBytes: number;
}

/** What came of an upgrade: a socket that is open, or an answer that says why not. */
export type Upgrade = { readonly socket: WebSocket } | { readonly refusal: IncomingMessage };

/**
 * Upgrades to a WebSocket that speaks one of `protocols`. An error handler is attached, so that a broken peer cannot crash
 * the process. Messages come from the turn after it resolved on, so that none is missed.
 * @throws TransportFailure, and the abort reason of `signal`
 */
export function upgrade(
  url: URL,
  protocols: readonly string[],
  options: RequestOptions,
  limits: UpgradeLimits,
  signal: AbortSignal,
): Promise<Upgrade> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = new WebSocket(url, [...protocols], {
      ...options,
      handshakeTimeout: limits.handshakeMs,
      maxPayload: limits.messageBytes,
      perMessageDeflate: false,
      followRedirects: false,
    });
    const abort = () => socket.terminate();
    signal.addEventListener('abort', abort, { once: true });
    const settle = (act: () => void) => {
      signal.removeEventListener('abort', abort);
      act();
    };
    socket.on('error', (error) =>
      settle(() => reject(signal.aborted ? abortReason(signal) : faultOf(error, { reused: false }))),
    );
    socket.once('unexpected-response', (_request, response) => {
      response.on('error', () => undefined);
      settle(() => resolve({ refusal: response }));
    });
    socket.once('open', () => {
      socket.pause();
      setImmediate(() => {
        if (socket.readyState === WebSocket.OPEN) socket.resume();
      });
      settle(() => resolve({ socket }));
    });
  });
}
