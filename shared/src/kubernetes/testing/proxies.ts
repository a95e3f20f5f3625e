import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { KeyPair } from './certificates.ts';

/** A proxy on a free port of this machine. */
export interface TestProxy {
  readonly port: number;
  /** Where it was asked to connect to. */
  readonly asked: string[];
  stop(): Promise<void>;
}

export type ConnectRule = (request: IncomingMessage, socket: Duplex) => 'pass' | 'handled';

/** A proxy that knows `CONNECT`; over TLS with `pair`. `rule` may answer in its place. */
export function connectProxy(rule: ConnectRule = () => 'pass', pair?: KeyPair): Promise<TestProxy> {
  const asked: string[] = [];
  const server = pair === undefined ? createHttpServer() : createHttpsServer({ cert: pair.certificate, key: pair.key });
  server.on('connect', (request: IncomingMessage, socket: Duplex) => {
    asked.push(request.url ?? '');
    socket.on('error', () => undefined);
    if (rule(request, socket) === 'handled') return;
    const { hostname, port } = new URL(`http://${request.url ?? ''}`);
    const upstream = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      join(socket, upstream);
    });
    upstream.on('error', () => socket.destroy());
  });
  return listening(server, asked);
}

/** A SOCKS 5 proxy without a user, or with one. `reply` other than 0 refuses. */
export function socksProxy(
  options: { readonly user?: string; readonly password?: string; readonly reply?: number } = {},
) {
  const asked: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    void serveSocks(socket, asked, options).catch(() => socket.destroy());
  });
  return listening(server, asked);
}

async function serveSocks(
  socket: Socket,
  asked: string[],
  { user, password = '', reply = 0 }: { readonly user?: string; readonly password?: string; readonly reply?: number },
): Promise<void> {
  const methods = await once(socket);
  const wanted = user === undefined ? 0 : 2;
  if (!methods.subarray(2).includes(wanted)) return void socket.end(Buffer.from([5, 255]));
  socket.write(Buffer.from([5, wanted]));
  if (user !== undefined) {
    const expected = Buffer.from(
      `\u0001${String.fromCharCode(user.length)}${user}${String.fromCharCode(password.length)}${password}`,
    );
    const right = (await once(socket)).equals(expected);
    // In two pieces, as a network may deliver it.
    socket.write(Buffer.from([1]));
    setImmediate(() => socket.write(Buffer.from([right ? 0 : 1])));
    if (!right) return;
  }
  const request = await once(socket);
  const length = request[4] ?? 0;
  const host = request.subarray(5, 5 + length).toString('utf8');
  const port = request.readUInt16BE(5 + length);
  asked.push(`${host}:${port}`);
  if (reply !== 0) return void socket.end(Buffer.from([5, reply, 0, 1, 0, 0, 0, 0, 0, 0]));
  const upstream = connect(port, host, () => {
    socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
    join(socket, upstream);
  });
  upstream.on('error', () => socket.destroy());
}

const once = (socket: Socket) => new Promise<Buffer>((resolve) => socket.once('data', resolve));

function join(one: Duplex, other: Socket): void {
  one.pipe(other).pipe(one);
  one.on('close', () => other.destroy());
  other.on('close', () => one.destroy());
}

async function listening(server: Server, asked: string[]): Promise<TestProxy> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
