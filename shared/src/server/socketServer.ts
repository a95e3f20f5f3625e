import { chmodSync } from 'node:fs';
import type { Server as HttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { protocolVersion, SlipwayError } from '../protocol/index.ts';
import type { ArtifactBytes } from './artifactHttp.ts';
import { serveConnection } from './connection.ts';
import { type Log, nameFailure } from './failures.ts';
import { FrameReader, FrameWriter } from './frameTransport.ts';
import type { Secret } from './secret.ts';
import type { SessionSource } from './session.ts';
import { prepareSocketPath } from './socketPath.ts';
import { authenticate, firstByte } from './socketHello.ts';

/** A core as far as a socket serves it. */
export interface ServedCore extends SessionSource {
  readonly artifacts: ArtifactBytes;
}

export interface SocketServerOptions {
  readonly socketPath: string;
  readonly secret: Secret;
  readonly version: string;
  readonly log: Log;
  /** For tests. */
  readonly checkResults?: boolean;
  /** How long a connection may take to show what it is, in milliseconds. */
  readonly helloTimeoutMs?: number;
}

/** What stands on standard output once clients may come: one line of JSON. */
export interface ListeningLine {
  readonly listening: string;
  readonly protocolVersion: string;
  readonly version: string;
  readonly pid: number;
}

export interface SocketServer {
  readonly line: ListeningLine;
  /** Ends every connection, then removes the socket. */
  dispose(): Promise<void>;
}

/** How long a connection may take to read what it was sent before it is cut, in milliseconds. */
const farewellMs = 1000;
const openBrace = 0x7b;

/**
 * Serves a core on a Unix socket: frames for connections that begin with `{`, HTTP for all others. The socket is 0600 in
 * a 0700 folder, and both kinds must show the secret.
 * @throws SlipwayError as `prepareSocketPath`; `disk.denied` when the socket cannot be made
 */
export async function serveOnSocket(
  core: ServedCore,
  options: SocketServerOptions,
  signal: AbortSignal,
): Promise<SocketServer> {
  await prepareSocketPath(options.socketPath, process.getuid?.() ?? 0, signal);
  const connections = new SocketConnections(core, options);
  const server = createServer((socket) => connections.accept(socket));
  await listen(server, options.socketPath);
  return {
    line: { listening: options.socketPath, protocolVersion, version: options.version, pid: process.pid },
    dispose: async () => {
      // Node removes the socket when it stops to listen, before the connections end: no newcomer finds a closing core.
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await connections.dispose();
      await closed;
    },
  };
}

class SocketConnections {
  readonly #core: ServedCore;
  readonly #options: SocketServerOptions;
  readonly #ending = new AbortController();
  readonly #open = new Set<Promise<void>>();
  #http: Promise<HttpServer> | undefined;

  constructor(core: ServedCore, options: SocketServerOptions) {
    this.#core = core;
    this.#options = options;
  }

  accept(socket: Socket): void {
    // A client that breaks off is no news: its close ends what it had open.
    socket.on('error', () => socket.destroy());
    const served = this.#serve(socket)
      .catch((error: unknown) => {
        nameFailure(error, 'a connection', this.#options.log, [this.#options.secret.reveal()]);
        socket.destroy();
      })
      .finally(() => this.#open.delete(served));
    this.#open.add(served);
  }

  async dispose(): Promise<void> {
    this.#ending.abort(new SlipwayError('cancelled', 'The core is ending.'));
    await Promise.all(this.#open.values());
  }

  async #serve(socket: Socket): Promise<void> {
    const timeoutMs = this.#options.helloTimeoutMs ?? 5000;
    const ending = this.#ending.signal;
    const first = await firstByte(socket, timeoutMs, ending);
    if (first === undefined) {
      socket.destroy();
    } else if (first === openBrace) {
      await this.#serveFrames(socket, timeoutMs, ending);
    } else {
      const http = await this.#httpServer();
      const served = new AbortController();
      await new Promise<void>((resolve) => {
        socket.on('close', () => resolve());
        ending.addEventListener('abort', () => resolve(), { once: true, signal: served.signal });
        if (ending.aborted) resolve();
        http.emit('connection', socket);
      });
      served.abort();
      socket.destroy();
    }
  }

  async #serveFrames(socket: Socket, timeoutMs: number, ending: AbortSignal): Promise<void> {
    if (!(await authenticate(socket, this.#options.secret, timeoutMs, ending))) return;
    const { log, secret } = this.#options;
    const checkResults = this.#options.checkResults ?? false;
    const options = { log, secrets: [secret.reveal()], checkResults };
    await serveConnection(this.#core, new FrameReader(socket), new FrameWriter(socket), options, ending);
    cutAfterFarewell(socket);
  }

  /** HTTP is loaded when the first artifact is asked for. */
  #httpServer(): Promise<HttpServer> {
    const { secret, version, log } = this.#options;
    this.#http ??= import('./artifactHttp.ts').then(({ createArtifactHttp }) =>
      createArtifactHttp({ artifacts: this.#core.artifacts, secret, version, log }),
    );
    return this.#http;
  }
}

/** Binds with a mask, so that the socket never exists with wider permissions. */
function listen(server: Server, socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (cause: Error): void => {
      reject(
        new SlipwayError('disk.denied', `The socket cannot be made: ${socketPath} (${cause.message})`, {
          action: 'Choose a folder that you may write to.',
          cause,
        }),
      );
    };
    server.once('error', onError);
    const mask = process.umask(0o177);
    try {
      // Node binds a path before listen() returns.
      server.listen(socketPath, () => {
        server.off('error', onError);
        resolve();
      });
    } finally {
      process.umask(mask);
    }
    if (server.listening) chmodSync(socketPath, 0o600);
  });
}

/** Lets a client read the last words, but not for ever. */
function cutAfterFarewell(socket: Socket): void {
  if (socket.destroyed) return;
  const timer = setTimeout(() => socket.destroy(), farewellMs);
  socket.on('close', () => clearTimeout(timer));
  socket.end();
}
