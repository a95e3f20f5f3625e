import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { describeUrl } from './describeUrl.ts';
import { TransportFailure } from './failures.ts';
import { socks5Tunnel } from './socks5.ts';
import { trustedAuthorities } from './trustedAuthorities.ts';

export interface TunnelEnd {
  readonly host: string;
  readonly port: number;
}

/**
 * A connection through `proxy` to `end`, without TLS of its own.
 * @throws TransportFailure
 */
export function openTunnel(proxy: URL, end: TunnelEnd, signal: AbortSignal): Promise<Duplex> {
  return proxy.protocol === 'socks5:' || proxy.protocol === 'socks5h:'
    ? socks5Tunnel(proxy, end, signal)
    : connectTunnel(proxy, end, signal);
}

/** HTTP `CONNECT`. */
function connectTunnel(proxy: URL, end: TunnelEnd, signal: AbortSignal): Promise<Socket> {
  const authority = `${end.host.includes(':') ? `[${end.host}]` : end.host}:${end.port}`;
  const secure = proxy.protocol === 'https:';
  const options = {
    method: 'CONNECT',
    host: proxy.hostname.replace(/^\[|\]$/g, ''),
    port: proxy.port === '' ? (secure ? 443 : 80) : Number(proxy.port),
    path: authority,
    headers: { host: authority, ...proxyAuthorization(proxy) },
    agent: false as const,
    signal,
  };
  return new Promise((resolve, reject) => {
    const request = secure ? requestHttps({ ...options, ca: trustedAuthorities() }) : requestHttp(options);
    request.once('connect', (response, socket, head) => {
      if (response.statusCode === 200) {
        if (head.length > 0) socket.unshift(head);
        socket.setKeepAlive(true, 5000).setNoDelay(true);
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(refusal(proxy, response.statusCode ?? 0, response.statusMessage ?? ''));
    });
    request.on('error', (error) => {
      if (signal.aborted) reject(new TransportFailure('timeout', 'no connection in time', { code: 'ETIMEDOUT' }));
      else
        reject(
          new TransportFailure('proxy', `The proxy ${describeUrl(proxy)} could not be used: ${error.message}`, {
            cause: error,
          }),
        );
    });
    request.on('close', () => {
      reject(new TransportFailure('proxy', `The proxy ${describeUrl(proxy)} closed the connection.`));
    });
    request.end();
  });
}

function proxyAuthorization(proxy: URL): Record<string, string> {
  if (proxy.username === '' && proxy.password === '') return {};
  const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

function refusal(proxy: URL, status: number, words: string): TransportFailure {
  const what = status === 407 ? 'wants a user name and password' : `answered ${status} ${words}`.trim();
  return new TransportFailure('proxy', `The proxy ${describeUrl(proxy)} ${what}.`, { code: String(status) });
}
