import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** The address at which a server of this machine is known, which can be shut while the server goes on. */
export class Door {
  readonly port: number;
  readonly #inner: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  private constructor(server: Server, port: number, inner: number) {
    this.port = port;
    this.#inner = inner;
    this.#admit(server);
  }

  /** @param inner port of the server */
  static async before(inner: number): Promise<Door> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Door(server, (server.address() as AddressInfo).port, inner);
  }

  /** Open connections are reset, and new ones refused. Nothing where it is shut. */
  async shut(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(server, 'close');
  }

  /** After `shut`, at the same port. Nothing where it is open. */
  async open(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer().listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.#admit(server);
  }

  #admit(server: Server): void {
    this.#server = server;
    server.on('connection', (client) => {
      const upstream = connect(this.#inner, '127.0.0.1');
      this.#join(client, upstream);
      this.#join(upstream, client);
    });
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.pipe(to);
    // What one end breaks off, the other hears of.
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}
