import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { SlipwayError } from '../../protocol/index.ts';

export interface LoopbackDoorOptions {
  /** A connection to what is behind the door. */
  readonly connect: (signal: AbortSignal) => Promise<Duplex>;
  readonly randomHex: (bytes: number) => string;
  /** Epoch ms. */
  readonly now: () => number;
}

/** What a browser asks for first; longer it is not waited for the end of its first line, bytes. */
const firstLineBytes = 8_192;
const firstLineMs = 30_000;
/** A link that nobody followed is good for so long, ms. */
const linkMs = 120_000;
const entrance = '/slipway-open/';

/**
 * A port of this machine's loopback that leads to a web server elsewhere. Its links hold a code that is good once, and not the secret of
 * that server: programs that open links show them to everybody on this machine.
 */
export class LoopbackDoor {
  readonly #options: LoopbackDoorOptions;
  readonly #server: Server;
  readonly #life = new AbortController();
  readonly #sockets = new Set<Socket>();
  /** Where each code leads, and until when. */
  readonly #links = new Map<string, { readonly location: string; readonly until: number }>();

  private constructor(options: LoopbackDoorOptions) {
    this.#options = options;
    // Whoever has said all still waits for the answer.
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#take(socket));
  }

  /** @throws SlipwayError `internal` where no port can be had */
  static async open(options: LoopbackDoorOptions): Promise<LoopbackDoor> {
    const door = new LoopbackDoor(options);
    await new Promise<void>((resolve, reject) => {
      door.#server.once('error', (cause) =>
        reject(new SlipwayError('internal', 'No port of this machine could be opened.', { cause })),
      );
      door.#server.listen(0, '127.0.0.1', resolve);
    });
    return door;
  }

  /** A link that leads to a path of the server, once. @param location an absolute path, with what is secret in it */
  link(location: string): string {
    const code = this.#options.randomHex(32);
    this.#links.set(code, { location, until: this.#options.now() + linkMs });
    return `${this.#origin}${entrance}${code}`;
  }

  close(): void {
    this.#life.abort(new SlipwayError('cancelled', 'The connection was closed.'));
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  get #origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #take(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#sockets.delete(socket));
    socket.setTimeout(firstLineMs, () => socket.destroy());
    let first = Buffer.alloc(0);
    const read = (chunk: Buffer): void => {
      first = Buffer.concat([first, chunk]);
      const end = first.indexOf('\r\n');
      if (end < 0 && first.length < firstLineBytes) return;
      socket.off('data', read);
      socket.pause();
      socket.setTimeout(0);
      this.#answer(socket, first, first.subarray(0, Math.max(0, end)).toString('latin1'));
    };
    socket.on('data', read);
  }

  #answer(socket: Socket, first: Uint8Array, line: string): void {
    const [, path = ''] = line.split(' ');
    if (path.startsWith(entrance)) {
      socket.end(this.#entered(path.slice(entrance.length)));
      return;
    }
    this.#forward(socket, first).catch((error: unknown) => {
      socket.end(page('502 Bad Gateway', wordsOf(error)));
    });
  }

  /** The answer to a link, which is good no more afterwards. */
  #entered(code: string): string {
    const link = this.#links.get(code);
    this.#links.delete(code);
    if (link === undefined || link.until < this.#options.now()) {
      return page('404 Not Found', 'This link was used already, or is too old. Open JupyterLab again from Slipway.');
    }
    // By whatever name of this machine somebody came in: this one leads nowhere else.
    return answer('303 See Other', [`Location: ${this.#origin}${link.location}`], '');
  }

  async #forward(socket: Socket, first: Uint8Array): Promise<void> {
    const stream = await this.#options.connect(this.#life.signal);
    const end = (): void => {
      stream.destroy();
      socket.destroy();
    };
    stream.on('error', end).once('close', () => socket.end());
    socket.once('close', () => stream.destroy());
    stream.write(first);
    socket.pipe(stream);
    stream.pipe(socket);
  }
}

function wordsOf(error: unknown): string {
  if (!SlipwayError.is(error)) return 'The connection failed.';
  return error.action === undefined ? error.message : `${error.message} ${error.action}`;
}

function page(status: string, text: string): string {
  return answer(status, ['Content-Type: text/plain; charset=utf-8'], text);
}

function answer(status: string, headers: readonly string[], body: string): string {
  const length = `Content-Length: ${Buffer.byteLength(body)}`;
  const common = ['Cache-Control: no-store', 'Referrer-Policy: no-referrer', 'Connection: close', length];
  return [`HTTP/1.1 ${status}`, ...headers, ...common, '', body].join('\r\n');
}
