import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A server with the Hugging Face Hub's routes for one data set, `lab/pbmc`: the Hub itself cannot be reached from where tests
 * run. It wants a token, lists one entry a page, and sends what is in large file storage to another server.
 */
export class HubServer {
  readonly commit = '0123456789abcdef0123456789abcdef01234567';
  readonly token = 'hf_not-for-anybody-else';
  /** Headers of the questions to the server of large files. */
  readonly askedElsewhere: IncomingMessage['headers'][] = [];
  readonly #files: Readonly<Record<string, string>>;
  readonly #hub: Server;
  readonly #large: Server;

  private constructor(files: Readonly<Record<string, string>>) {
    this.#files = files;
    this.#hub = createServer((request, response) => this.#answer(request, response));
    this.#large = createServer((request, response) => {
      this.askedElsewhere.push(request.headers);
      response.end(files[decodeURIComponent(new URL(request.url ?? '', 'http://large').pathname.slice(1))]);
    });
  }

  static async start(address: string, files: Readonly<Record<string, string>>): Promise<HubServer> {
    const server = new HubServer(files);
    await Promise.all(
      [server.#hub, server.#large].map(
        (each) => new Promise<void>((resolve, reject) => each.once('error', reject).listen(0, address, resolve)),
      ),
    );
    return server;
  }

  get url(): string {
    return urlOf(this.#hub);
  }

  async dispose(): Promise<void> {
    for (const server of [this.#hub, this.#large]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '', this.url);
    const path = decodeURIComponent(url.pathname);
    const api = '/api/datasets/lab/pbmc';
    const file = `/datasets/lab/pbmc/resolve/${this.commit}/`;
    if (request.headers.authorization !== `Bearer ${this.token}`) {
      response.writeHead(401, { 'X-Error-Code': 'RepoNotFound' }).end();
    } else if (path === `${api}/revision/main`) {
      response.end(JSON.stringify({ id: 'lab/pbmc', sha: this.commit }));
    } else if (path === `${api}/tree/${this.commit}`) {
      this.#list(url, response);
    } else if (path.startsWith(file)) {
      response.writeHead(302, {
        Location: `${urlOf(this.#large)}/${encodeURIComponent(path.slice(file.length))}?signed`,
      });
      response.end();
    } else {
      response.writeHead(404, { 'X-Error-Code': 'EntryNotFound' }).end();
    }
  }

  #list(url: URL, response: ServerResponse): void {
    const at = Number(url.searchParams.get('cursor') ?? 0);
    const entries = Object.entries(this.#files);
    url.searchParams.set('cursor', String(at + 1));
    if (at + 1 < entries.length) response.setHeader('Link', `<${url.href}>; rel="next"`);
    response.end(JSON.stringify(entries.slice(at, at + 1).map(([path, text]) => entryOf(path, text))));
  }
}

function entryOf(path: string, text: string): object {
  const size = Buffer.byteLength(text);
  const oid = createHash('sha256').update(text).digest('hex');
  return { type: 'file', path, size, oid: '1'.repeat(40), lfs: { oid, size, pointerSize: 134 } };
}

function urlOf(server: Server): string {
  const { address, port } = server.address() as AddressInfo;
  return `http://${address}:${port}`;
}
