import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server elsewhere that keeps what reaches it, and lets every page read its answer. */
export class Listener {
  /** Paths with their queries, in the order in which they came. */
  readonly heard: string[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.heard.push(request.url ?? '');
      response.writeHead(200, { 'Access-Control-Allow-Origin': '*', 'Content-Type': 'text/html' });
      response.end('<p>elsewhere</p>');
    });
  }

  static async start(): Promise<Listener> {
    const listener = new Listener();
    await new Promise<void>((resolve, reject) => {
      listener.#server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    return listener;
  }

  /** Ends with a slash. Another host than that of the pages under test, so that no cookie of theirs is meant for it. */
  get url(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}/`;
  }

  async dispose(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
