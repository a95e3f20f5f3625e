import type { IncomingMessage, RequestOptions } from 'node:http';
import type { Duplex } from 'node:stream';
import { reasonOf, startRequest } from './startRequest.ts';
import { watchTime, type WaitLimits } from './watchTime.ts';

/** What came of an upgrade: the connection, or an answer that says why not. */
export type RawUpgrade = { readonly socket: Duplex } | { readonly refusal: IncomingMessage };

/**
 * Asks to go on in another protocol, which `options` name in their headers (RFC 9110, section 7.8). An error handler is attached to the
 * socket, so that a broken peer cannot crash the process.
 * @throws TransportFailure, and the abort reason of `signal`
 */
export function rawUpgrade(options: RequestOptions, limits: WaitLimits, signal: AbortSignal): Promise<RawUpgrade> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = startRequest(options);
    const timers = watchTime(request, limits);
    const abort = () => request.destroy();
    const forget = () => signal.removeEventListener('abort', abort);
    const settle = (act: () => void) => {
      timers.clear();
      act();
    };
    signal.addEventListener('abort', abort, { once: true });
    request.on('upgrade', (_response, socket, head) => {
      forget();
      socket.on('error', () => undefined);
      if (head.length > 0) socket.unshift(head);
      settle(() => resolve({ socket }));
    });
    request.on('response', (response) => {
      response.on('error', () => undefined);
      response.once('close', forget);
      settle(() => resolve({ refusal: response }));
    });
    const fail = (error: Error) => {
      settle(() => reject(reasonOf(error, request, signal)));
    };
    request.on('error', fail);
    request.on('close', () => {
      fail(new Error('socket hang up'));
    });
    request.end();
  });
}
