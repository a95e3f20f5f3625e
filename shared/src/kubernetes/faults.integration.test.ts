import { type AddressInfo, createServer as createPlainServer, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { fixedCredential } from './credentials.ts';
import { resources } from './resources.ts';
import { failureOf } from './testing/failure.ts';
import { BrokenCluster } from './testing/brokenCluster.ts';
import { BrokenPeer, type Handler } from './testing/brokenPeer.ts';
import type { TransportLimits } from './transport/limits.ts';

const { signal } = new AbortController();
const object = z.looseObject({ metadata: z.looseObject({ name: z.string() }) });
const path = { type: resources.configMaps, namespace: 'ds-team', name: 'a' };
/** Only what never comes is waited for briefly: a machine may be slow. */
const noHeaders = { headersMs: 150 };
const noBody = { bodyIdleMs: 150 };

/** What a server may do, and what is said about it. */
const answers: readonly (readonly [
  name: string,
  handle: Handler,
  code: string,
  words: RegExp,
  limits?: Partial<TransportLimits>,
])[] = [
  [
    'closes without an answer',
    (request) => request.socket.destroy(),
    'cluster.unreachable',
    /was cut during get configmaps "a" in ds-team/,
  ],
  [
    'never answers',
    () => undefined,
    'cluster.unreachable',
    /did not answer get configmaps "a" in ds-team: no answer/,
    noHeaders,
  ],
  [
    'sends headers that never end',
    (request) => request.socket.write('HTTP/1.1 200 OK\r\nx: '),
    'cluster.unreachable',
    /no answer/,
    noHeaders,
  ],
  [
    'speaks garbage',
    (request) => request.socket.end('\u0000\u0001garbage\r\n\r\n'),
    'cluster.protocol',
    /it is not HTTP/,
  ],
  [
    'sends huge headers',
    (request) => request.socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`),
    'cluster.protocol',
    /its headers are too large/,
  ],
  [
    'switches the protocol unasked',
    (request) => request.socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
    'cluster.unreachable',
    /was cut/,
  ],
  [
    'cuts the body',
    (request) => request.socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"metadata"'),
    'cluster.unreachable',
    /was cut/,
  ],
  [
    'cuts a body in chunks',
    (request) => request.socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"a":\r\n'),
    'cluster.unreachable',
    /was cut/,
  ],
  [
    'stops in the body',
    (_request, response) => response.write('{"metadata"'),
    'cluster.unreachable',
    /the answer stopped coming/,
    noBody,
  ],
  [
    'sends too much',
    (_request, response) => response.end('x'.repeat(5000)),
    'cluster.protocol',
    /longer than 1000 bytes/,
  ],
  [
    'sends a bomb',
    (_request, response) => {
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync(Buffer.alloc(100_000)));
    },
    'cluster.protocol',
    /could not be decompressed/,
  ],
  [
    'sends broken gzip',
    (_request, response) => {
      response.setHeader('content-encoding', 'gzip');
      response.end('no gzip');
    },
    'cluster.protocol',
    /could not be decompressed/,
  ],
  [
    'sends another encoding',
    (_request, response) => {
      response.setHeader('content-encoding', 'br');
      response.end('x');
    },
    'cluster.protocol',
    /in the encoding br/,
  ],
  [
    'sends a web page',
    (_request, response) => response.end('<html></html>'),
    'cluster.protocol',
    /it is a web page, not JSON/,
  ],
  ['sends half of a JSON', (_request, response) => response.end('{"metadata":'), 'cluster.protocol', /it is not JSON/],
  ['sends nothing', (_request, response) => response.end(), 'cluster.protocol', /it is not JSON/],
  [
    'sends another object',
    (_request, response) => response.end('{"metadata":{"name":1}}'),
    'cluster.protocol',
    /metadata\.name: .*expected string/,
  ],
  [
    'sends to a sign-in page',
    (_request, response) => {
      response.writeHead(302, { location: 'https://login.example.com/?state=hidden' });
      response.end();
    },
    'cluster.protocol',
    /status 302: "go to login\.example\.com"/,
  ],
  [
    "is a proxy's page",
    (_request, response) => {
      response.writeHead(502, { 'content-type': 'text/html' });
      response.end('<html><head><title>Bad Gateway</title></head><body>x</body></html>');
    },
    'cluster.busy',
    /could not get configmaps "a" in ds-team now: Bad Gateway \(502\)/,
  ],
  [
    'is a guard with a page of its own',
    (_request, response) => {
      response.writeHead(403, { 'content-type': 'text/html' });
      response.end('<html><script>evil()</script><body>Blocked\n by policy</body></html>');
    },
    'cluster.protocol',
    /status 403: "Blocked by policy"/,
  ],
  [
    'answers 204 where there should be an object',
    (_request, response) => {
      response.writeHead(204);
      response.end();
    },
    'cluster.protocol',
    /it is not JSON/,
  ],
];

describe('a broken server', () => {
  let cluster: BrokenCluster;

  beforeAll(async () => {
    cluster = await BrokenCluster.start();
  });
  afterAll(() => cluster.dispose());
  afterEach(() => cluster.reset());

  it.each(answers.map((row) => ({ name: row[0], row })))('that $name is told', async ({ row }) => {
    const [, handle, code, words, limits] = row;
    cluster.server.handle = handle;
    const api = cluster.api({}, { limits: { bodyBytes: 1000, ...limits } });
    const error = await failureOf(api.get(path, object, signal));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
    expect(error.action).toBeTruthy();
  });

  it('may cut a kept connection: a read goes out again, a write does not', async () => {
    cluster.server.handle = (_request, response) => response.end('{"metadata":{"name":"a"}}');
    const api = cluster.api();
    const served = new WeakSet<object>();
    cluster.server.handle = (request, response) => {
      if (served.has(request.socket)) request.socket.destroy();
      else response.end('{"metadata":{"name":"a"}}');
      served.add(request.socket);
    };
    await api.get(path, object, signal);
    expect(await api.get(path, object, signal)).toBeDefined();
    const { type, namespace } = path;
    const write = api.create({ type, namespace }, {}, {}, object, signal);
    expect(await failureOf(write)).toMatchObject({ code: 'cluster.unreachable' });
    expect(cluster.server.requests.filter((request) => request.startsWith('POST'))).toHaveLength(1);
  });

  it('may list nothing as null', async () => {
    cluster.server.handle = (_request, response) => response.end('{"metadata":{"resourceVersion":"1"},"items":null}');
    const { type, namespace } = path;
    const listed = await cluster.api().list({ type, namespace }, {}, object, signal);
    expect(listed).toEqual({ items: [], resourceVersion: '1', continue: '' });
  });

  it('may restart: what was kept is not used', async () => {
    cluster.server.handle = (_request, response) => response.end('ok');
    const api = cluster.api();
    await Promise.all(Array.from({ length: 8 }, () => api.text('/', {}, signal)));
    cluster.server.cut();
    expect((await api.text('/', {}, signal)).text).toBe('ok');
  });

  it('that does not listen is told', async () => {
    const closed = await listen(() => undefined);
    const server = new URL(`https://127.0.0.1:${closed.port}`);
    await closed.stop();
    const error = await failureOf(cluster.api({ server }).get(path, object, signal));
    expect(error.code).toBe('cluster.unreachable');
    expect(error.message).toBe(`The cluster of context gpu cannot be reached: nothing listens at ${server.origin}.`);
  });

  it('that speaks no TLS, or says nothing at all, is told', async () => {
    const plain = await listen((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
    const mute = await listen(() => undefined);
    const ask = (port: number, limits: Partial<TransportLimits> = {}) =>
      failureOf(cluster.api({ server: new URL(`https://127.0.0.1:${port}`) }, { limits }).get(path, object, signal));
    const errors = [await ask(plain.port), await ask(mute.port, { connectMs: 150 })];
    await Promise.all([plain.stop(), mute.stop()]);
    expect(errors.map(({ code }) => code)).toEqual(['cluster.protocol', 'cluster.unreachable']);
    expect(errors[0]?.message).toMatch(/does not speak TLS; perhaps the server should start with http:/);
    expect(errors[1]?.message).toMatch(/no connection within/);
  });

  it('ends what was cancelled', async () => {
    const api = cluster.api();
    const started: Promise<unknown>[] = [];
    const handles: Handler[] = [() => undefined, (_request, response) => response.write('{')];
    for (const handle of handles) {
      const controller = new AbortController();
      cluster.server.handle = (request, response, body) => {
        handle(request, response, body);
        setImmediate(() => controller.abort());
      };
      started.push(failureOf(api.get(path, object, controller.signal)));
      expect(await started.at(-1)).toMatchObject({ code: 'cancelled' });
    }
    expect(await failureOf(api.get(path, object, AbortSignal.abort()))).toMatchObject({ code: 'cancelled' });
  });

  it('ends what is under way when the client is disposed, and starts no more', async () => {
    const api = cluster.api();
    cluster.server.handle = () => api.dispose();
    expect(await failureOf(api.get(path, object, signal))).toMatchObject({ code: 'cancelled' });
    expect(await failureOf(api.get(path, object, signal))).toMatchObject({ code: 'cancelled' });
    expect(cluster.server.requests).toHaveLength(1);
  });

  it('may have a certificate that is not to be trusted', async () => {
    const { authority } = cluster;
    const from = '20200101000000Z';
    const expired = await authority.issue('/CN=x', 'IP:127.0.0.1', { from, to: '20200201000000Z' });
    const other = await authority.issue('/CN=x', 'DNS:other.example.com');
    const cases = [
      [expired, /its certificate, or that of its authority, has expired/, /clock/],
      [other, /its certificate is for another name/, /tls-server-name/],
    ] as const;
    for (const [pair, words, action] of cases) {
      const ask = await certified(pair, (server) => failureOf(cluster.api({ server }).get(path, object, signal)));
      expect(ask.code).toBe('cluster.untrusted');
      expect(ask.message).toMatch(words);
      expect(ask.action).toMatch(action);
    }
    const tls = { authorities: cluster.authorities, insecure: false, serverName: 'other.example.com' };
    const text = await certified(other, (server) => cluster.api({ server, tls }).text('/', {}, signal));
    expect(text.text).toBe('{}');
  });

  it('may be signed by an authority that is not known', async () => {
    const tls = { authorities: undefined, insecure: false, serverName: undefined };
    const error = await failureOf(cluster.api({ tls }).get(path, object, signal));
    expect(error.code).toBe('cluster.untrusted');
    expect(error.message).toMatch(/signed by an unknown authority/);
    expect(error.action).toMatch(/certificate-authority/);
    expect((await cluster.api({ tls: { ...tls, insecure: true } }).text('/', {}, signal)).text).toBe('{}');
  });

  it('may want a client certificate', async () => {
    const { authority } = cluster;
    const pair = await authority.issue('/O=ds-team/CN=alice', '');
    const credentials = fixedCredential(pair);
    const server = await authority.issue('/CN=x', 'IP:127.0.0.1');
    const asking = await BrokenPeer.start(server, { ca: cluster.authorities, requestCert: true });
    asking.handle = (request, response) => {
      const peer = 'getPeerCertificate' in request.socket ? (request.socket.getPeerCertificate as () => unknown)() : {};
      response.end(JSON.stringify(peer));
    };
    const { text } = await cluster.api({ server: asking.url, credentials }).text('/', {}, signal);
    expect(text).toContain('"CN":"alice"');
    const refused = await failureOf(cluster.api({ server: asking.url }).text('/', {}, signal));
    expect(refused.code).toBe('cluster.unauthorized');
    await asking.stop();
  });

  async function certified<T>(
    pair: { certificate: string; key: string },
    act: (server: URL) => Promise<T>,
  ): Promise<T> {
    const server = await BrokenPeer.start(pair);
    try {
      return await act(server.url);
    } finally {
      await server.stop();
    }
  }
});

async function listen(onSocket: (socket: Socket) => void): Promise<{ port: number; stop: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createPlainServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
