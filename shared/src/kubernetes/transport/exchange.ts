import type { IncomingMessage, RequestOptions } from 'node:http';
import { reasonOf, startRequest } from './startRequest.ts';
import { watchTime, type WaitLimits } from './watchTime.ts';

/**
 * Sends one request and resolves with the answer's headers; the caller reads or destroys the body. Whatever happens to
 * the connection afterwards shows in the body only and cannot crash the process.
 * @throws TransportFailure, and the abort reason of `signal`
 */
export function exchange(
  options: RequestOptions,
  body: Uint8Array | undefined,
  limits: WaitLimits,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = startRequest(options);
    const timers = watchTime(request, limits);
    const abort = () => request.destroy();
    const settle = (act: () => void) => {
      timers.clear();
      act();
    };
    signal.addEventListener('abort', abort, { once: true });
    let answered = false;
    request.on('response', (response) => {
      answered = true;
      response.on('error', ignore);
      response.once('close', () => signal.removeEventListener('abort', abort));
      settle(() => resolve(response));
    });
    request.on('error', (error) => {
      settle(() => reject(reasonOf(error, request, signal)));
    });
    request.on('close', () => {
      if (!answered) signal.removeEventListener('abort', abort);
      settle(() => reject(reasonOf(new Error('socket hang up'), request, signal)));
    });
    request.end(body);
  });
}

/** Errors after the headers reach whoever reads the body; this one keeps them from being unhandled when nobody does. */
const ignore = () => undefined;
