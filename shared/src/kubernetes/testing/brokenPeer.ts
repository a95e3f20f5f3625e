import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { KeyPair } from './certificates.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/**
 * A TLS server that does to its clients what a broken server, proxy or network does, and no API server. It stands in for none: what works
 * is tested on the test cluster.
 */
export class BrokenPeer {
  /** What is done with the next requests. */
  handle: Handler = (_request, response) => response.end('{}');
  upgrade: (request: IncomingMessage, socket: Duplex) => void = (_request, socket) => socket.destroy();
  /** `METHOD URL` of the requests so far. */
  readonly requests: string[] = [];
  connections = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();

  private constructor(pair: KeyPair, options: { readonly ca?: string; readonly requestCert?: boolean }) {
    this.#server = createServer({ key: pair.key, cert: pair.certificate, ...options }, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
        this.handle(request, response, Buffer.concat(chunks).toString('utf8'));
      });
    });
    this.#server.on('secureConnection', (socket: TLSSocket) => {
      this.connections += 1;
      socket.on('error', () => undefined);
    });
    this.#server.on('connection', (socket: Duplex) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
      this.requests.push(`UPGRADE ${request.url ?? ''}`);
      this.upgrade(request, socket);
    });
    this.#server.on('tlsClientError', () => undefined);
  }

  static async start(
    pair: KeyPair,
    options: { readonly ca?: string; readonly requestCert?: boolean } = {},
  ): Promise<BrokenPeer> {
    const server = new BrokenPeer(pair, options);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): URL {
    return new URL(`https://127.0.0.1:${this.port}`);
  }

  /** Cuts every connection, as a restart does. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
