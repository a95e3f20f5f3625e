import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SlipwayError } from '../../protocol/index.ts';
import { callbackHtml, type CallbackPage, strangerPage } from './callbackPage.ts';

export const callbackPath = '/oauth/callback';

/** A browser that came back, and waits for the page to show. */
export interface LoopbackCallback {
  readonly parameters: URLSearchParams;
  answer(page: CallbackPage): void;
}

/** A listener on this machine that a browser is sent to at the end of a sign-in. */
export interface Loopback {
  readonly redirectUri: string;
  /** The browser with the right state; others are shown a page and change nothing. Rejects when `signal` aborts. */
  callback(state: string, signal: AbortSignal): Promise<LoopbackCallback>;
  dispose(): void;
}

/** How long a browser may take for its request, milliseconds. */
const requestMs = 10_000;
/** Until the last page has left, milliseconds. */
const lingerMs = 2000;

/**
 * Opens a listener on 127.0.0.1. The caller disposes it.
 * @param port default: any that is free
 * @throws SlipwayError `signIn.failed` where none can be opened
 */
export async function openLoopback(port = 0): Promise<Loopback> {
  let waiting: { readonly state: string; readonly arrived: (callback: LoopbackCallback) => void } | undefined;
  const server = createServer({ maxHeaderSize: 32 * 1024, requestTimeout: requestMs, headersTimeout: requestMs });
  server.maxConnections = 32;
  server.on('request', (request, response) => {
    const found = answerTo(request);
    if (found === undefined) {
      respond(response, 404, undefined);
    } else if (waiting?.state === found.get('state')) {
      const arrived = waiting.arrived;
      waiting = undefined;
      arrived({ parameters: found, answer: (page) => respond(response, 200, page) });
    } else {
      respond(response, 400, strangerPage);
    }
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  await listen(server, port);
  return {
    redirectUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}${callbackPath}`,
    callback: (state, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const abort = () => reject(signal.reason as Error);
        signal.addEventListener('abort', abort, { once: true });
        waiting = {
          state,
          arrived: (callback) => {
            signal.removeEventListener('abort', abort);
            resolve(callback);
          },
        };
      }),
    dispose: () => {
      server.close();
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), lingerMs).unref();
    },
  };
}

/** The parameters of a browser's way back; undefined for any other request. */
function answerTo(request: IncomingMessage): URLSearchParams | undefined {
  const url = URL.parse(request.url ?? '', 'http://127.0.0.1');
  return request.method === 'GET' && url?.pathname === callbackPath ? url.searchParams : undefined;
}

function respond(response: ServerResponse, status: number, page: CallbackPage | undefined): void {
  response.writeHead(status, {
    'content-type': page === undefined ? 'text/plain; charset=utf-8' : 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    connection: 'close',
  });
  response.end(page === undefined ? 'There is nothing here.\n' : callbackHtml(page));
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const message = `Nothing can be opened on 127.0.0.1 for the browser to come back to (${error.code ?? 'unknown'}).`;
      reject(new SlipwayError('signIn.failed', message, { action: 'Sign in with a device code instead.' }));
    });
    server.listen({ host: '127.0.0.1', port, exclusive: true }, resolve);
  });
}
