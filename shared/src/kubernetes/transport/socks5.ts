import { connect, type Socket } from 'node:net';
import { describeUrl } from './describeUrl.ts';
import { TransportFailure } from './failures.ts';

/** Reply codes of RFC 1928. */
const replies: Readonly<Record<number, string>> = {
  1: 'had a failure of its own',
  2: 'does not allow this connection',
  3: 'cannot reach that network',
  4: 'cannot reach that host',
  5: 'was refused by that host',
  6: 'gave up waiting for that host',
  7: 'does not know how to connect',
  8: 'does not know that kind of address',
};

/**
 * SOCKS 5 (RFC 1928, RFC 1929). Names are resolved by the proxy, as other Kubernetes clients have it.
 * @throws TransportFailure
 */
export async function socks5Tunnel(
  proxy: URL,
  end: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<Socket> {
  const socket = connect({
    host: proxy.hostname.replace(/^\[|\]$/g, ''),
    port: proxy.port === '' ? 1080 : Number(proxy.port),
    keepAlive: true,
    keepAliveInitialDelay: 5000,
    noDelay: true,
  });
  const abort = () => socket.destroy(new Error('The connection was given up.'));
  signal.addEventListener('abort', abort, { once: true });
  try {
    await handshake(socket, proxy, end);
    return socket;
  } catch (error) {
    socket.destroy();
    if (error instanceof TransportFailure) throw error;
    if (signal.aborted) throw new TransportFailure('timeout', 'no connection in time', { code: 'ETIMEDOUT' });
    const why = error instanceof Error ? error.message : String(error);
    throw new TransportFailure('proxy', `The proxy ${describeUrl(proxy)} could not be used: ${why}`, { cause: error });
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function handshake(socket: Socket, proxy: URL, end: { readonly host: string; readonly port: number }) {
  const reader = new ExactReader(socket);
  const refuse = (why: string) => new TransportFailure('proxy', `The proxy ${describeUrl(proxy)} ${why}.`);
  const named = proxy.username !== '';
  socket.write(named ? Buffer.from([5, 2, 0, 2]) : Buffer.from([5, 1, 0]));
  const [version, method] = await reader.read(2);
  if (version !== 5) throw refuse('does not speak SOCKS 5');
  if (method === 2 && named) {
    const name = Buffer.from(decodeURIComponent(proxy.username)).subarray(0, 255);
    const password = Buffer.from(decodeURIComponent(proxy.password)).subarray(0, 255);
    socket.write(Buffer.concat([Buffer.from([1, name.length]), name, Buffer.from([password.length]), password]));
    if ((await reader.read(2))[1] !== 0) throw refuse('did not accept the user name and password');
  } else if (method !== 0) {
    throw refuse('wants a user name and password');
  }
  const host = Buffer.from(end.host).subarray(0, 255);
  const port = Buffer.from([end.port >> 8, end.port & 255]);
  socket.write(Buffer.concat([Buffer.from([5, 1, 0, 3, host.length]), host, port]));
  const [, reply = 1, , kind] = await reader.read(4);
  if (reply !== 0) throw refuse(replies[reply] ?? `refused the connection (${reply})`);
  const addressLength = kind === 1 ? 4 : kind === 4 ? 16 : ((await reader.read(1))[0] ?? 0);
  await reader.read(addressLength + 2);
  reader.release();
}

/** Longer than any reply, in bytes. */
const longestReply = 1024;

/** Reads exact numbers of bytes from a socket that answers only what it was asked. */
class ExactReader {
  readonly #socket: Socket;
  #held = Buffer.alloc(0);
  #ended: Error | undefined;
  #wake: () => void = () => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', this.#onData).on('error', this.#onError).on('close', this.#onClose);
  }

  async read(length: number): Promise<Uint8Array> {
    while (this.#held.length < length) {
      if (this.#ended !== undefined) throw this.#ended;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const bytes = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return bytes;
  }

  /** Hands the socket on, with nothing read from it that was not asked for. */
  release(): void {
    this.#socket.pause();
    this.#socket.off('data', this.#onData).off('error', this.#onError).off('close', this.#onClose);
    if (this.#held.length > 0) throw new Error('it sent more than it was asked');
  }

  readonly #onData = (chunk: Buffer) => {
    this.#held = Buffer.concat([this.#held, chunk]);
    if (this.#held.length > longestReply) this.#socket.destroy(new Error('it sent more than it was asked'));
    this.#wake();
  };
  readonly #onError = (error: Error) => {
    this.#ended = error;
    this.#wake();
  };
  readonly #onClose = () => {
    this.#ended ??= new Error('it closed the connection');
    this.#wake();
  };
}
