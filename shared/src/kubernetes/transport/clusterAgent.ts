import { Agent, type AgentOptions } from 'node:https';
import type { ClientRequestArgs } from 'node:http';
import type { Duplex } from 'node:stream';
import { createSecureContext, type SecureContext } from 'node:tls';
import { trustedAuthorities } from './trustedAuthorities.ts';
import { openTunnel } from './tunnel.ts';

/** How long an unused connection is kept, in milliseconds: less than the 90 s after which API servers close it. */
const idleMs = 60_000;

const agentOptions: AgentOptions = {
  keepAlive: true,
  // Probes find a dead link within 15 s, also under a silent watch.
  keepAliveMsecs: 5000,
  maxFreeSockets: 16,
  scheduling: 'lifo',
  timeout: idleMs,
};

export interface ClusterAgentOptions {
  readonly proxy: URL | undefined;
  /** The only certificate authorities to trust, PEM; undefined: those of the system. */
  readonly authorities: string | undefined;
  /** Milliseconds for a way through the proxy. */
  readonly connectMs: number;
  /** How long an unused connection is kept, milliseconds. Default 60 s. */
  readonly idleMs?: number;
}

type Callback = (error: Error | null, stream: Duplex) => void;

/** The TLS connections to one cluster, kept alive and shared by requests, watches and WebSockets; through its proxy if any. */
export class ClusterAgent extends Agent {
  readonly #options: ClusterAgentOptions;
  readonly #ended = new AbortController();
  /** Of the client certificate used last: reading hundreds of authorities for each connection would take its time. */
  #context: { readonly certificate: string; readonly context: SecureContext } | undefined;

  constructor(options: ClusterAgentOptions) {
    super(options.idleMs === undefined ? agentOptions : { ...agentOptions, timeout: options.idleMs });
    this.#options = options;
  }

  /** All connections lead to one server with one trust: they differ by client certificate alone. */
  override getName(options?: object): string {
    return stringOf(options, 'cert');
  }

  override createConnection(options: ClientRequestArgs, callback?: Callback): Duplex | null | undefined {
    const secure = { ...options, ...{ secureContext: this.#contextFor(options) } };
    const { proxy, connectMs } = this.#options;
    if (proxy === undefined || callback === undefined) return super.createConnection(secure, callback);
    const end = { host: options.host ?? 'localhost', port: Number(options.port ?? 443) };
    const signal = AbortSignal.any([this.#ended.signal, AbortSignal.timeout(connectMs)]);
    openTunnel(proxy, end, signal)
      .then((socket) => {
        // What happens to it shows in the TLS connection that lies in it.
        socket.on('error', () => undefined);
        const connection = super.createConnection({ ...secure, ...{ socket } });
        if (connection) callback(null, connection);
      })
      .catch((error: unknown) => {
        // Node's type asks for a stream beside the error; it looks at the error alone.
        Reflect.apply(callback, undefined, [error]);
      });
    return undefined;
  }

  /** Closes every connection and gives up those being made. */
  override destroy(): void {
    this.#ended.abort();
    super.destroy();
  }

  #contextFor(options: object): SecureContext {
    const certificate = stringOf(options, 'cert');
    if (this.#context?.certificate === certificate) return this.#context.context;
    const ca = this.#options.authorities ?? trustedAuthorities();
    const context = createSecureContext(
      certificate === '' ? { ca } : { ca, cert: certificate, key: stringOf(options, 'key') },
    );
    this.#context = { certificate, context };
    return context;
  }
}

function stringOf(options: object | undefined, key: 'cert' | 'key'): string {
  const value: unknown = options === undefined ? undefined : Reflect.get(options, key);
  return typeof value === 'string' ? value : '';
}
