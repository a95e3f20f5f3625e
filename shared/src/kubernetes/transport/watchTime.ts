import type { ClientRequest } from 'node:http';
import { TLSSocket } from 'node:tls';
import { TransportFailure } from './failures.ts';

/** Milliseconds until a connection stands, and until the headers of the answer are there. */
export interface WaitLimits {
  readonly connectMs: number;
  readonly headersMs: number;
}

/** Destroys the request when no connection stands in time, or no headers come. */
export function watchTime(request: ClientRequest, limits: WaitLimits): { clear: () => void } {
  const late = (what: string, ms: number) => () => {
    request.destroy(
      new TransportFailure('timeout', `${what} within ${Math.round(ms / 1000)} s`, { code: 'ETIMEDOUT' }),
    );
  };
  const connecting = setTimeout(late('no connection', limits.connectMs), limits.connectMs);
  const waiting = setTimeout(late('no answer', limits.headersMs), limits.headersMs);
  request.once('socket', (socket) => {
    const connected = () => clearTimeout(connecting);
    if (request.reusedSocket) connected();
    else socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', connected);
  });
  return {
    clear: () => {
      clearTimeout(connecting);
      clearTimeout(waiting);
    },
  };
}
