import { Agent, type AgentOptions } from 'node:https';
import type { ClientRequestArgs } from 'node:http';
import type { Duplex } from 'node:stream';
import { openTunnel } from './tunnel.ts';

/** How long an unused connection is kept, in milliseconds: less than the 90 s after which API servers close it. */
const idleMs = 60_000;

const agentOptions: AgentOptions = {
  keepAlive: true,
  // Probes find a dead link within seconds, also under a silent watch.
  keepAliveMsecs: 1000,
  maxFreeSockets: 16,
  scheduling: 'lifo',
  timeout: idleMs,
};

/** The TLS connections to one cluster, kept alive and shared by requests, watches and WebSockets; through its proxy if any. */
export class ClusterAgent extends Agent {
  readonly #proxy: URL | undefined;
  readonly #connectMs: number;
  readonly #ended = new AbortController();

  constructor(proxy: URL | undefined, connectMs: number) {
    super(agentOptions);
    this.#proxy = proxy;
    this.#connectMs = connectMs;
  }

  override createConnection(
    options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const proxy = this.#proxy;
    if (proxy === undefined || callback === undefined) return super.createConnection(options, callback);
    const end = { host: options.host ?? 'localhost', port: Number(options.port ?? 443) };
    const signal = AbortSignal.any([this.#ended.signal, AbortSignal.timeout(this.#connectMs)]);
    openTunnel(proxy, end, signal).then(
      (socket) => {
        // What happens to it shows in the TLS connection that lies in it.
        socket.on('error', () => undefined);
        const secure = super.createConnection({ ...options, ...{ socket } });
        if (secure) callback(null, secure);
      },
      // Node's type asks for a stream beside the error; it looks at the error alone.
      (error: unknown) => {
        Reflect.apply(callback, undefined, [error]);
      },
    );
    return undefined;
  }

  /** Closes every connection and gives up those being made. */
  override destroy(): void {
    this.#ended.abort();
    super.destroy();
  }
}
