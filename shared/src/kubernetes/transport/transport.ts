import { Agent as HttpAgent, type Agent, type IncomingMessage, type RequestOptions } from 'node:http';
import type { WebSocket } from 'ws';
import type { ClusterAccess } from '../access.ts';
import type { Clock } from '../clock.ts';
import type { Credential } from '../credentials.ts';
import { readText } from './body.ts';
import { ClusterAgent } from './clusterAgent.ts';
import { credentialFacts } from './credentialFacts.ts';
import { exchange } from './exchange.ts';
import { ApiFailure } from './failures.ts';
import type { TransportLimits } from './limits.ts';
import { withRetries } from './retries.ts';
import { excerptOf, parseStatus, retryAfterMs } from './status.ts';
import { trustedAuthorities } from './trustedAuthorities.ts';
import { upgrade } from './webSocket.ts';

export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query as they go on the wire, below the server's own path. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** May be sent again when nobody knows whether it arrived. */
  readonly repeatable: boolean;
}

/** Requests to one cluster as one user, over one pool of connections. Speaks HTTP and Status, knows no resources. */
export class Transport {
  readonly #access: ClusterAccess;
  readonly #clock: Clock;
  readonly #limits: TransportLimits;
  readonly #agent: Agent;
  readonly #sockets = new Set<WebSocket>();

  constructor(access: ClusterAccess, clock: Clock, limits: TransportLimits) {
    this.#access = access;
    this.#clock = clock;
    this.#limits = limits;
    this.#agent =
      access.server.protocol === 'http:'
        ? new HttpAgent({ keepAlive: true })
        : new ClusterAgent(access.proxy, limits.connectMs);
  }

  /**
   * A successful answer, its body unread.
   * @throws ApiFailure for any other answer, TransportFailure for none, SlipwayError `credentials.failed`
   */
  send(request: TransportRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const headersMs = request.method === 'GET' ? this.#limits.headersMs : this.#limits.writeHeadersMs;
    const limits = { connectMs: this.#limits.connectMs, headersMs };
    return this.#retrying(request.repeatable, signal, async (credential) => {
      const options = { ...this.#options(credential, request.headers), ...this.#target(request.target) };
      const response = await exchange({ ...options, method: request.method }, request.body, limits, signal);
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300) return response;
      throw await this.#failure(response, credential, signal);
    });
  }

  /** The whole body of an answer as text. */
  text(response: IncomingMessage, signal: AbortSignal): Promise<string> {
    return readText(response, this.#limits, signal);
  }

  /**
   * An open WebSocket; closed with this transport at the latest.
   * @throws as `send`
   */
  connect(target: string, protocols: readonly string[], signal: AbortSignal): Promise<WebSocket> {
    const limits = { handshakeMs: this.#limits.headersMs, messageBytes: this.#limits.messageBytes };
    const { server } = this.#access;
    const url = new URL(`${server.protocol === 'http:' ? 'ws' : 'wss'}://${server.host}${this.#target(target).path}`);
    return this.#retrying(true, signal, async (credential) => {
      const result = await upgrade(url, protocols, this.#options(credential, {}), limits, signal);
      if ('refusal' in result) throw await this.#failure(result.refusal, credential, signal);
      this.#sockets.add(result.socket);
      result.socket.once('close', () => this.#sockets.delete(result.socket));
      return result.socket;
    });
  }

  dispose(): void {
    for (const socket of this.#sockets) socket.terminate();
    this.#agent.destroy();
    this.#access.credentials.dispose?.();
  }

  #retrying<T>(repeatable: boolean, signal: AbortSignal, attempt: (credential: Credential) => Promise<T>): Promise<T> {
    const { credentials } = this.#access;
    return withRetries(
      { credentials, repeatable, clock: this.#clock, longestWaitMs: this.#limits.retryAfterMs },
      signal,
      attempt,
    );
  }

  #target(target: string): { readonly host: string; readonly port: string; readonly path: string } {
    const { server } = this.#access;
    const host = server.hostname.replace(/^\[|\]$/g, '');
    const port = server.port === '' ? (server.protocol === 'http:' ? '80' : '443') : server.port;
    return { host, port, path: `${server.pathname.replace(/\/+$/, '')}${target}` };
  }

  #options(credential: Credential, headers: Readonly<Record<string, string>>): RequestOptions & TlsOptions {
    const { server, tls, impersonate } = this.#access;
    const common = { agent: this.#agent, protocol: server.protocol };
    // Nobody may read credentials from the wire: without TLS none are sent.
    if (server.protocol === 'http:') return { ...common, headers: { ...headers } };
    return {
      ...common,
      ca: tls.authorities ?? trustedAuthorities(),
      rejectUnauthorized: !tls.insecure,
      ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
      ...(credential.certificate === undefined ? {} : { cert: credential.certificate, key: credential.key }),
      headers: {
        ...headers,
        ...(credential.authorization === undefined ? {} : { authorization: credential.authorization }),
        ...(impersonate === undefined
          ? {}
          : {
              'impersonate-user': impersonate.user,
              ...(impersonate.groups.length === 0 ? {} : { 'impersonate-group': [...impersonate.groups] }),
            }),
      },
    };
  }

  async #failure(response: IncomingMessage, credential: Credential, signal: AbortSignal): Promise<ApiFailure> {
    const text = await readText(response, { ...this.#limits, bodyBytes: 1024 * 1024 }, signal).catch(() => '');
    signal.throwIfAborted();
    const status = response.statusCode ?? 0;
    const body = parseStatus(text);
    const date = Date.parse(response.headers.date ?? '');
    return new ApiFailure({
      status,
      body,
      message: body?.message ?? excerptOf(text),
      retryAfterMs: retryAfterMs(response.headers['retry-after'], this.#clock.now()),
      date: Number.isNaN(date) ? undefined : date,
      credential: status === 401 ? credentialFacts(credential) : undefined,
    });
  }
}

interface TlsOptions {
  readonly ca?: string | string[];
  readonly cert?: string;
  readonly key?: string | undefined;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}
