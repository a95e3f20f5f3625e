import fc from 'fast-check';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { SlipwayError } from '../protocol/index.ts';
import type { KubernetesApi } from './api.ts';
import { spdyHeaders } from './portForward/spdyPort.ts';
import { resources } from './resources.ts';
import { BrokenCluster } from './testing/brokenCluster.ts';

const { signal } = new AbortController();
const path = { type: resources.pods, namespace: 'ds-team', name: 'p' };
const limits = {
  connectMs: 200,
  headersMs: 200,
  writeHeadersMs: 200,
  bodyIdleMs: 100,
  bodyBytes: 4096,
  retryAfterMs: 0,
};

/** Pieces of HTTP, of JSON and of WebSocket frames, in any order. */
const piece = fc.oneof(
  fc.constantFrom(
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.1 401 Unauthorized\r\n',
    'HTTP/1.1 429 Busy\r\nretry-after: 0\r\n',
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.1 204 No Content\r\n\r\n',
    'content-length: 2\r\n',
    'content-length: 99\r\n',
    'transfer-encoding: chunked\r\n',
    'content-encoding: gzip\r\n',
    'sec-websocket-accept: x\r\n',
    '\r\n',
    '2\r\n{}\r\n',
    '0\r\n\r\n',
    'ffffffffff\r\n',
    '{}',
    '{"kind":"Status","code":"x","message":{}}',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const answer = fc.record({
  pieces: fc.array(piece, { maxLength: 8 }),
  close: fc.constantFrom('end', 'destroy', 'leave'),
});

describe('any bytes at all', () => {
  let cluster: BrokenCluster;

  beforeAll(async () => {
    cluster = await BrokenCluster.start();
  });
  afterAll(() => cluster.dispose());

  const asks: readonly (readonly [string, (api: KubernetesApi) => Promise<unknown>])[] = [
    ['a read', (api) => api.get(path, z.looseObject({}), signal)],
    ['a write', (api) => api.create({ type: path.type }, {}, {}, z.looseObject({}), signal)],
    [
      'a stream',
      async (api) => {
        const stream = await api.stream(path, { watch: true }, { silenceMs: 100 }, signal);
        for await (const chunk of stream) expect(chunk).toBeInstanceOf(Uint8Array);
      },
    ],
    ['an upgrade', async (api) => (await api.upgrade(path, {}, spdyHeaders, signal)).destroy()],
    ['a WebSocket', async (api) => (await api.connect(path, {}, ['v4.channel.k8s.io'], signal)).terminate()],
  ];

  it.each(asks)('that answer %s end in a value or in words', async (_name, ask) => {
    await fc.assert(
      fc.asyncProperty(answer, async ({ pieces, close }) => {
        const bytes = Buffer.from(pieces.join(''), 'latin1');
        const send = (socket: { write(bytes: Uint8Array): unknown; end(): unknown; destroy(): unknown }) => {
          if (bytes.length > 0) socket.write(bytes);
          if (close === 'end') socket.end();
          if (close === 'destroy') socket.destroy();
        };
        cluster.server.handle = (request) => send(request.socket);
        cluster.server.upgrade = (_request, socket) => send(socket);
        const api = cluster.api({}, { limits });
        const outcome = await ask(api).then(
          () => undefined,
          (error: unknown) => error,
        );
        api.dispose();
        await turn();
        if (outcome === undefined) return;
        expect(outcome).toBeInstanceOf(SlipwayError);
        expect((outcome as SlipwayError).code).toMatch(/^cluster\./);
      }),
      { numRuns: 60 },
    );
  });
});
