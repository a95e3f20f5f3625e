import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { Duplex } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { KubernetesApi } from './api.ts';
import { resources } from './resources.ts';
import { failureOf } from './testing/failure.ts';
import { BrokenCluster } from './testing/brokenCluster.ts';

const { signal } = new AbortController();
const pods = { type: resources.pods, namespace: 'ds-team' };
const exec = { ...pods, name: 'p', subresource: 'exec' };
const protocols = ['v4.channel.k8s.io'];
const forbidden = JSON.stringify({
  kind: 'Status',
  reason: 'Forbidden',
  message:
    'pods "p" is forbidden: User "alice" cannot create resource "pods/exec" in API group "" in the namespace "ds-team"',
});

let cluster: BrokenCluster;

beforeAll(async () => {
  cluster = await BrokenCluster.start();
});
afterAll(() => cluster.dispose());
afterEach(() => cluster.reset());

describe('a stream', () => {
  const watch = (options: { silenceMs?: number } = {}, by: AbortSignal = signal) =>
    cluster.api().stream(pods, { watch: true, allowWatchBookmarks: true }, options, by);

  it('harms nobody when it is left unread', async () => {
    let closed: Promise<unknown> = Promise.resolve();
    cluster.server.handle = (request, response) => {
      closed = once(request.socket, 'close');
      response.write('one', () => request.socket.destroy());
    };
    await watch();
    await closed;
    const stream = await watch();
    stream.destroy();
    await closed;
  });

  it('is slowed down by a slow reader', async () => {
    let written = 0;
    let stalled: (value: unknown) => void = () => undefined;
    const stall = new Promise((resolve) => (stalled = resolve));
    const piece = Buffer.alloc(65_536, 'x');
    cluster.server.handle = (_request, response) => {
      const pump = () => {
        while (written < 256 * 1024 * 1024) {
          written += piece.length;
          if (!response.write(piece)) {
            response.once('drain', pump);
            break;
          }
        }
      };
      pump();
      const check = (last: number) => {
        if (written === last) stalled(undefined);
        else setTimeout(check, 100, written);
      };
      setTimeout(check, 100, written);
    };
    const stream = await watch();
    await stall;
    expect(written).toBeLessThan(64 * 1024 * 1024);
    stream.destroy();
  });
});

describe('an upgrade to another protocol', () => {
  const ask = { connection: 'Upgrade', upgrade: 'SPDY/3.1' };
  const taken = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: SPDY/3.1\r\n\r\n';
  const open = (api: KubernetesApi = cluster.api(), end: AbortSignal = signal) => api.upgrade(exec, {}, ask, end);

  it('gives the connection, with what came with the answer', async () => {
    cluster.server.upgrade = (_request, socket) => {
      socket.write(`${taken}first`);
      socket.on('data', (data: Buffer) => socket.end(`, heard ${data.toString()}`));
    };
    const socket = await open();
    socket.write('hello');
    expect(await text(socket)).toBe('first, heard hello');
  });

  it.each([
    [
      'a Status',
      `HTTP/1.1 403 Forbidden\r\ncontent-length: ${Buffer.byteLength(forbidden)}\r\n\r\n${forbidden}`,
      'cluster.forbidden',
    ],
    ['an answer that has nothing to do with it', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok', 'cluster.protocol'],
    ['nothing', '', 'cluster.unreachable'],
    ['garbage', 'garbage\r\n\r\n', 'cluster.protocol'],
  ])('may be refused with %s', async (_name, answer, code) => {
    cluster.server.upgrade = (_request, socket) => socket.end(answer);
    expect(await failureOf(open())).toMatchObject({ code });
  });

  it('may never come', async () => {
    cluster.server.upgrade = () => undefined;
    expect(await failureOf(open(cluster.api({}, { limits: { headersMs: 50 } })))).toMatchObject({
      message: expect.stringContaining('did not answer create pods/exec'),
    });
    const controller = new AbortController();
    cluster.server.upgrade = () => controller.abort();
    expect(await failureOf(open(cluster.api(), controller.signal))).toMatchObject({ code: 'cancelled' });
  });

  it('is broken off with everything else', async () => {
    cluster.server.upgrade = (_request, socket) => socket.write(taken);
    const api = cluster.api();
    const socket = await open(api);
    api.disconnect();
    expect(socket.destroyed).toBe(true);
  });
});

describe('a WebSocket', () => {
  const peers = new WebSocketServer({ noServer: true, handleProtocols: () => 'v4.channel.k8s.io' });
  const accept = (then: (peer: WebSocket, raw: Duplex) => void) => {
    cluster.server.upgrade = (request, socket) => {
      peers.handleUpgrade(request, socket, Buffer.alloc(0), (peer) => then(peer, socket));
    };
  };
  const open = (api: KubernetesApi = cluster.api()) =>
    api.connect(exec, { command: ['sh', '-c'], stdin: true }, protocols, signal);

  it('is open, and misses no message that came with the answer', async () => {
    const heard: string[] = [];
    accept((peer) => {
      peer.send('first');
      peer.on('message', (data: Buffer) => peer.send(`heard ${data.toString()}`));
    });
    const socket = await open();
    socket.on('message', (data: Buffer) => heard.push(data.toString()));
    expect(socket.readyState).toBe(WebSocket.OPEN);
    expect(socket.protocol).toBe('v4.channel.k8s.io');
    socket.send('hello');
    await once(socket, 'message');
    if (heard.length < 2) await once(socket, 'message');
    expect(heard).toEqual(['first', 'heard hello']);
    expect(cluster.server.requests).toEqual([
      'UPGRADE /api/v1/namespaces/ds-team/pods/p/exec?command=sh&command=-c&stdin=true',
    ]);
    socket.close();
    await once(socket, 'close');
  });

  it.each([
    [
      'a Status',
      `HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(forbidden)}\r\n\r\n${forbidden}`,
      'cluster.forbidden',
      /The user alice may not create pods\/exec "p" in ds-team on the cluster gpu/,
    ],
    [
      'a page',
      'HTTP/1.1 404 Not Found\r\ncontent-length: 14\r\n\r\n<p>Nothing</p>',
      'cluster.protocol',
      /status 404: "Nothing"/,
    ],
    ['nothing', '', 'cluster.unreachable', /was cut/],
    ['garbage', 'garbage\r\n\r\n', 'cluster.protocol', /it is not HTTP/],
    [
      'another protocol',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n',
      'cluster.protocol',
      /Invalid Upgrade header/,
    ],
    ['an endless body', 'HTTP/1.1 500 Oops\r\n\r\nx', 'cluster.busy', /\(500\)/],
  ])('may be refused with %s', async (_name, answer, code, words) => {
    cluster.server.upgrade = (_request, socket) => {
      if (answer.endsWith('\r\n\r\nx')) socket.write(answer);
      else socket.end(answer);
    };
    const error = await failureOf(open(cluster.api({}, { limits: { bodyIdleMs: 100 } })));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
  });

  it('may never come', async () => {
    cluster.server.upgrade = () => undefined;
    const error = await failureOf(open(cluster.api({}, { limits: { headersMs: 50 } })));
    expect(error.message).toMatch(/did not answer create pods\/exec/);
    const controller = new AbortController();
    cluster.server.upgrade = () => controller.abort();
    expect(await failureOf(cluster.api().connect(exec, {}, protocols, controller.signal))).toMatchObject({
      code: 'cancelled',
    });
  });

  it('goes out again when the kept connection was dead', async () => {
    cluster.server.handle = (_request, response) => response.end('ok');
    const api = cluster.api();
    await api.text('/', {}, signal);
    let first = true;
    accept((peer) => peer.close());
    const { upgrade } = cluster.server;
    cluster.server.upgrade = (request, socket) => {
      if (first) socket.destroy();
      else upgrade(request, socket);
      first = false;
    };
    expect((await open(api)).protocol).toBe('v4.channel.k8s.io');
  });

  it('survives a peer that breaks the protocol, or leaves', async () => {
    for (const harm of ['frames', 'cut']) {
      accept((_peer, raw) => {
        if (harm === 'cut') raw.destroy();
        else raw.write(Buffer.from([0xff, 0xff, 0xff, 0xff]));
      });
      const socket = await open();
      expect(await new Promise((resolve) => socket.once('close', resolve))).toBe(1006);
    }
  });

  it('is closed with its client', async () => {
    accept(() => undefined);
    const api = cluster.api();
    const socket = await open(api);
    const closed = once(socket, 'close');
    api.dispose();
    await closed;
  });
});
