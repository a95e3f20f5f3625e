import { request as requestHttp, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { abortReason } from './abortReason.ts';
import { faultOf } from './faultOf.ts';
import { TransportFailure } from './failures.ts';
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
    const request = start(options);
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

function start(options: RequestOptions): ClientRequest {
  try {
    return options.protocol === 'http:' ? requestHttp(options) : requestHttps(options);
  } catch (error) {
    // Certificates that do not fit together are found by the TLS library while the connection is made.
    throw faultOf(error, { reused: false });
  }
}

function reasonOf(error: Error, request: ClientRequest, signal: AbortSignal): Error {
  if (signal.aborted) return abortReason(signal);
  if (error instanceof TransportFailure) return error;
  return faultOf(error, { reused: request.reusedSocket });
}
