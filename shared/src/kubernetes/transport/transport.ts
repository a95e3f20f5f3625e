import { Agent as HttpAgent, type Agent, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { ClusterAccess } from '../access.ts';
import type { Clock } from '../clock.ts';
import type { Credential } from '../credentials.ts';
import { answerFailure } from './answerFailure.ts';
import { readText } from './body.ts';
import { ClusterAgent } from './clusterAgent.ts';
import { exchange } from './exchange.ts';
import type { ApiFailure } from './failures.ts';
import type { TransportLimits } from './limits.ts';
import { rawUpgrade } from './rawUpgrade.ts';
import { withRetries } from './retries.ts';
import { requestOptions, requestTarget } from './requestOptions.ts';
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

/** Most of a refusal's body that is read, in bytes. */
const refusalBytes = 1024 * 1024;

/** Requests to one cluster as one user, over one pool of connections. Speaks HTTP and Status, knows no resources. */
export class Transport {
  readonly #access: ClusterAccess;
  readonly #clock: Clock;
  readonly #limits: TransportLimits;
  readonly #agent: Agent;
  /** What breaks each connection that was upgraded. */
  readonly #upgraded = new Set<() => void>();
  #disposed = false;

  constructor(access: ClusterAccess, clock: Clock, limits: TransportLimits) {
    this.#access = access;
    this.#clock = clock;
    this.#limits = limits;
    this.#agent =
      access.server.protocol === 'http:'
        ? new HttpAgent({ keepAlive: true })
        : new ClusterAgent({
            proxy: access.proxy,
            authorities: access.tls.authorities,
            connectMs: limits.connectMs,
          });
  }

  /**
   * A successful answer, its body unread.
   * @throws ApiFailure for any other answer, TransportFailure for none, SlipwayError `credentials.failed`
   */
  send(request: TransportRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const headersMs = request.method === 'GET' ? this.#limits.headersMs : this.#limits.writeHeadersMs;
    const limits = { connectMs: this.#limits.connectMs, headersMs };
    return this.#retrying(request.repeatable, signal, async (credential) => {
      const options = {
        ...requestOptions(this.#access, credential, request.headers),
        ...requestTarget(this.#access.server, request.target),
        agent: this.#agent,
        method: request.method,
      };
      const response = await exchange(options, request.body, limits, signal);
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
    const { connectMs, headersMs, messageBytes } = this.#limits;
    const limits = { connectMs, headersMs, messageBytes };
    const { server } = this.#access;
    const scheme = server.protocol === 'http:' ? 'ws' : 'wss';
    const url = new URL(`${scheme}://${server.host}${requestTarget(server, target).path}`);
    return this.#retrying(true, signal, async (credential) => {
      const result = await upgrade(
        url,
        protocols,
        { ...requestOptions(this.#access, credential, {}), agent: this.#agent },
        limits,
        signal,
      );
      if ('refusal' in result) throw await this.#failure(result.refusal, credential, signal);
      const { socket } = result;
      const terminate = (): void => socket.terminate();
      this.#upgraded.add(terminate);
      socket.once('close', () => this.#upgraded.delete(terminate));
      return socket;
    });
  }

  /**
   * A connection that goes on in the protocol that `headers` ask for; closed with this transport at the latest.
   * @throws as `send`
   */
  upgrade(target: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Duplex> {
    const { connectMs, headersMs } = this.#limits;
    return this.#retrying(true, signal, async (credential) => {
      const options = {
        ...requestOptions(this.#access, credential, headers),
        ...requestTarget(this.#access.server, target),
        agent: this.#agent,
        method: 'GET',
      };
      const result = await rawUpgrade(options, { connectMs, headersMs }, signal);
      if ('refusal' in result) throw await this.#failure(result.refusal, credential, signal);
      const { socket } = result;
      const destroy = (): void => void socket.destroy();
      this.#upgraded.add(destroy);
      socket.once('close', () => this.#upgraded.delete(destroy));
      return socket;
    });
  }

  /** Breaks all connections; the next request opens new ones. */
  disconnect(): void {
    for (const end of this.#upgraded) end();
    this.#agent.destroy();
  }

  dispose(): void {
    this.#disposed = true;
    this.disconnect();
    this.#access.credentials.dispose?.();
  }

  #retrying<T>(repeatable: boolean, signal: AbortSignal, attempt: (credential: Credential) => Promise<T>): Promise<T> {
    const { credentials } = this.#access;
    return withRetries(
      { credentials, repeatable, clock: this.#clock, longestWaitMs: this.#limits.retryAfterMs },
      signal,
      (credential) => {
        if (this.#disposed) throw new Error('the connections were closed');
        return attempt(credential);
      },
    );
  }

  async #failure(response: IncomingMessage, credential: Credential, signal: AbortSignal): Promise<ApiFailure> {
    const limits = { ...this.#limits, bodyBytes: refusalBytes };
    // A refusal whose words were lost is still a refusal.
    const text = await readText(response, limits, signal).catch(() => '');
    signal.throwIfAborted();
    return answerFailure(response, text, credential, this.#clock.now());
  }
}
