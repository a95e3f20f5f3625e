import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
  isSilent: boolean;
}

/** A TCP proxy before a server of this machine that loses connections as a network does: they stay open and nothing comes. */
export class SilentProxy {
  readonly #pairs = new Set<Pair>();
  readonly #server;

  private constructor(port: number) {
    this.#server = createServer((client) => this.#join(client, connect(port, '127.0.0.1')));
  }

  /** @param port of the server */
  static async start(port: number): Promise<SilentProxy> {
    const proxy = new SilentProxy(port);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on nothing passes on the connections that are open, and neither end hears of it; new ones are as before. */
  silence(): void {
    for (const pair of this.#pairs) {
      pair.isSilent = true;
      for (const socket of [pair.client, pair.upstream]) {
        socket.unpipe();
        // What comes is lost.
        socket.resume();
      }
    }
  }

  async dispose(): Promise<void> {
    for (const { client, upstream } of this.#pairs) {
      client.destroy();
      upstream.destroy();
    }
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket, upstream: Socket): void {
    const pair: Pair = { client, upstream, isSilent: false };
    this.#pairs.add(pair);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.pipe(to);
      from.on('error', () => undefined);
      from.on('close', () => {
        this.#pairs.delete(pair);
        if (!pair.isSilent) to.destroySoon();
      });
    }
  }
}
