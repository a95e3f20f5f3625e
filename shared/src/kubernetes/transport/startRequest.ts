import { request as requestHttp, type ClientRequest, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { abortReason } from './abortReason.ts';
import { faultOf } from './faultOf.ts';

/** @throws TransportFailure */
export function startRequest(options: RequestOptions): ClientRequest {
  try {
    return options.protocol === 'http:' ? requestHttp(options) : requestHttps(options);
  } catch (error) {
    // Certificates that do not fit together are found by the TLS library while the connection is made.
    throw faultOf(error, { reused: false });
  }
}

/** Why a request came to nothing: the abort reason of `signal`, or a TransportFailure. */
export function reasonOf(error: Error, request: ClientRequest, signal: AbortSignal): Error {
  return signal.aborted ? abortReason(signal) : faultOf(error, { reused: request.reusedSocket });
}
