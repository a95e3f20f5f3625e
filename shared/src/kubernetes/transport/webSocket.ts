import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { WebSocket } from 'ws';
import { abortReason } from './abortReason.ts';
import { faultOf } from './faultOf.ts';
import { watchTime, type WaitLimits } from './watchTime.ts';

export interface UpgradeLimits extends WaitLimits {
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
    const started = start(url, protocols, options, limits);
    const { socket, request } = started;
    const timers = watchTime(request, limits);
    const abort = () => request.destroy();
    const settle = (act: () => void) => {
      timers.clear();
      act();
    };
    const fail = (error: Error) =>
      settle(() => reject(signal.aborted ? abortReason(signal) : faultOf(error, { reused: request.reusedSocket })));
    const forget = () => signal.removeEventListener('abort', abort);
    signal.addEventListener('abort', abort, { once: true });
    socket.on('error', fail);
    socket.once('close', () => {
      forget();
      fail(new Error('socket hang up'));
    });
    socket.once('unexpected-response', (_request, response) => {
      response.on('error', () => undefined);
      response.once('close', forget);
      settle(() => resolve({ refusal: response }));
    });
    socket.once('open', () => {
      forget();
      socket.pause();
      setImmediate(() => socket.resume());
      settle(() => resolve({ socket }));
    });
  });
}

/** The library hands its request over just before it would send it. */
function start(
  url: URL,
  protocols: readonly string[],
  options: RequestOptions,
  limits: UpgradeLimits,
): { readonly socket: WebSocket; readonly request: ClientRequest } {
  const requests: ClientRequest[] = [];
  try {
    const socket = new WebSocket(url, [...protocols], {
      ...options,
      maxPayload: limits.messageBytes,
      perMessageDeflate: false,
      followRedirects: false,
      finishRequest: (request) => {
        requests.push(request);
        request.end();
      },
    });
    const [request] = requests;
    if (request === undefined) throw new Error('the WebSocket made no request');
    return { socket, request };
  } catch (error) {
    throw faultOf(error, { reused: false });
  }
}
