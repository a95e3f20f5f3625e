import { Agent as HttpAgent, type Agent, type IncomingHttpHeaders } from 'node:http';
import { readText } from './body.ts';
import { ClusterAgent } from './clusterAgent.ts';
import { exchange } from './exchange.ts';
import { TransportFailure } from './failures.ts';
import { requestTarget } from './requestOptions.ts';

export interface HttpClientOptions {
  /** The only certificate authorities to trust, PEM; undefined: those of the system. */
  readonly authorities: string | undefined;
  /** For https addresses; `http:`, `https:` or `socks5:`. */
  readonly proxyFor: (server: URL) => URL | undefined;
  /** Milliseconds until a connection stands, until the headers are there, and between two pieces of the body. */
  readonly connectMs: number;
  readonly headersMs: number;
  readonly bodyIdleMs: number;
  /** The longest answer that is read, in bytes. */
  readonly bodyBytes: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** How long an unused connection is kept, milliseconds: less than any server keeps it, so that no request meets one that is closing. */
const idleMs = 2000;

/** Plain requests to servers other than a cluster's, with the same trust, proxies and failures. No redirect is followed. */
export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #agents = new Map<string, Agent>();
  #disposed = false;

  constructor(options: HttpClientOptions) {
    this.#options = options;
  }

  /** @throws TransportFailure, and the abort reason of `signal` */
  async send(
    url: URL,
    request: { readonly method: string; readonly headers: Readonly<Record<string, string>>; readonly body?: string },
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    if (this.#disposed) throw new TransportFailure('cut', 'the connections were closed');
    const body = request.body === undefined ? undefined : Buffer.from(request.body, 'utf8');
    const response = await exchange(
      {
        protocol: url.protocol,
        ...requestTarget(new URL(url.origin), `${url.pathname}${url.search}`),
        method: request.method,
        headers: { ...request.headers, ...(body === undefined ? {} : { 'content-length': body.length }) },
        agent: this.#agentOf(url),
      },
      body,
      this.#options,
      signal,
    );
    const text = await readText(response, this.#options, signal);
    return { status: response.statusCode ?? 0, headers: response.headers, text };
  }

  /** Closes every connection. */
  dispose(): void {
    this.#disposed = true;
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  /** A ClusterAgent leads to one server only. */
  #agentOf(url: URL): Agent {
    const known = this.#agents.get(url.origin);
    if (known !== undefined) return known;
    const { authorities, connectMs, proxyFor } = this.#options;
    const agent =
      url.protocol === 'http:'
        ? new HttpAgent({ keepAlive: true, timeout: idleMs })
        : new ClusterAgent({ proxy: proxyFor(url), authorities, connectMs, idleMs });
    this.#agents.set(url.origin, agent);
    return agent;
  }
}
