import { gzipSync } from 'node:zlib';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { isConflict, isForbidden, isGone, isNotFound } from './errors.ts';
import { listAll } from './list.ts';
import { resources } from './resources.ts';
import { failureOf } from './testing/failure.ts';
import { FaultCluster, testToken } from './testing/faultCluster.ts';

const { signal } = new AbortController();
const object = z.looseObject({ metadata: z.looseObject({ name: z.string() }) });
const configMaps = { type: resources.configMaps, namespace: 'ds-team' };
const named = (name: string) => ({ ...configMaps, name });
const status = (code: number, reason: string, message: string) =>
  JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message });

describe('the client', () => {
  let cluster: FaultCluster;

  beforeAll(async () => {
    cluster = await FaultCluster.start();
  });
  afterAll(() => cluster.dispose());
  afterEach(() => cluster.reset());

  it('reads objects over one connection', async () => {
    cluster.server.handle = (request, response) => {
      expect(request.headers.authorization).toBe(`Bearer ${testToken}`);
      response.end(JSON.stringify({ metadata: { name: 'a' } }));
    };
    const api = cluster.api();
    for (let count = 0; count < 3; count += 1) expect(await api.get(named('a'), object, signal)).toBeDefined();
    expect(cluster.server.connections).toBe(1);
    expect(cluster.server.requests).toEqual(Array(3).fill('GET /api/v1/namespaces/ds-team/configmaps/a'));
  });

  it('takes answers in gzip', async () => {
    cluster.server.handle = (_request, response) => {
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync(JSON.stringify({ metadata: { name: 'ü' } })));
    };
    expect((await cluster.api().get(named('a'), object, signal)).metadata.name).toBe('ü');
  });

  it('asks below the path of the server', async () => {
    const api = cluster.api({ server: new URL(`${cluster.server.url.href}k8s/clusters/c-1/`) });
    await api.text('/version', {}, signal);
    expect(cluster.server.requests).toEqual(['GET /k8s/clusters/c-1/version']);
  });

  it("gives the server's clock along", async () => {
    cluster.server.handle = (_request, response) => {
      response.setHeader('date', 'Wed, 25 Nov 2026 12:00:00 GMT');
      response.end('ok');
    };
    expect(await cluster.api().text('/readyz', {}, signal)).toEqual({ text: 'ok', date: Date.UTC(2026, 10, 25, 12) });
  });

  it('writes strictly, and dry runs where asked', async () => {
    const bodies: unknown[] = [];
    cluster.server.handle = (request, response, body) => {
      bodies.push([request.headers['content-type'], JSON.parse(body)]);
      response.end(JSON.stringify({ metadata: { name: 'a' } }));
    };
    const api = cluster.api();
    const body = { metadata: { name: 'a' } };
    await api.create(configMaps, body, { dryRun: true }, object, signal);
    await api.replace(named('a'), body, {}, object, signal);
    await api.patch(named('a'), body, { kind: 'merge' }, object, signal);
    await api.patch(named('a'), [], { kind: 'json' }, object, signal);
    const query = '?fieldValidation=Strict&fieldManager=slipway';
    const path = '/api/v1/namespaces/ds-team/configmaps';
    expect(cluster.server.requests).toEqual([
      `POST ${path}${query}&dryRun=All`,
      `PUT ${path}/a${query}`,
      `PATCH ${path}/a${query}`,
      `PATCH ${path}/a${query}`,
    ]);
    expect(bodies).toEqual([
      ['application/json', body],
      ['application/json', body],
      ['application/merge-patch+json', body],
      ['application/json-patch+json', []],
    ]);
  });

  it('deletes one object, never a collection', async () => {
    const api = cluster.api();
    expect(await api.delete(named('a'), { uid: 'u', propagationPolicy: 'Background' }, signal)).toBe(true);
    cluster.server.handle = (_request, response) => {
      response.statusCode = 404;
      response.end(status(404, 'NotFound', 'configmaps "a" not found'));
    };
    expect(await api.delete(named('a'), {}, signal)).toBe(false);
    expect(await failureOf(api.delete(configMaps, {}, signal))).toMatchObject({ code: 'internal' });
    expect(await failureOf(api.delete(named(''), {}, signal))).toMatchObject({ code: 'path.refused' });
    expect(await failureOf(api.get(named('../secrets'), object, signal))).toMatchObject({ code: 'path.refused' });
    expect(cluster.server.requests).toHaveLength(2);
  });

  it('goes through all pages, and starts again when the list grew too old', async () => {
    let gone = 1;
    cluster.server.handle = (request, response) => {
      const from = new URL(request.url ?? '', 'https://x').searchParams.get('continue');
      if (from === 'two' && gone > 0) {
        gone -= 1;
        response.statusCode = 410;
        response.end(status(410, 'Expired', 'The provided continue parameter is too old'));
        return;
      }
      const name = from ?? 'one';
      const next = { one: 'two', two: 'three', three: '' }[name] ?? '';
      response.end(
        JSON.stringify({ metadata: { resourceVersion: '7', continue: next }, items: [{ metadata: { name } }] }),
      );
    };
    const pages: unknown[] = [];
    for await (const page of listAll(cluster.api(), configMaps, { resourceVersion: '0', limit: 1 }, object, signal)) {
      pages.push([page.first, page.items.map(({ metadata }) => metadata.name)]);
    }
    expect(pages).toEqual([
      [true, ['one']],
      [true, ['one']],
      [false, ['two']],
      [false, ['three']],
    ]);
    const path = '/api/v1/namespaces/ds-team/configmaps';
    expect(cluster.server.requests[0]).toBe(`GET ${path}?limit=1&resourceVersion=0`);
    expect(cluster.server.requests[1]).toBe(`GET ${path}?limit=1&continue=two`);
  });

  it('takes a list without items as an empty one', async () => {
    cluster.server.handle = (_request, response) => response.end('{"metadata":{"resourceVersion":"1"},"items":null}');
    expect(await cluster.api().list(configMaps, {}, object, signal)).toEqual({
      items: [],
      resourceVersion: '1',
      continue: '',
    });
  });

  it('acts as somebody else where the kubeconfig says so', async () => {
    cluster.server.handle = (request, response) => {
      const { rawHeaders } = request;
      const pairs = rawHeaders.flatMap((name, index) =>
        index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1] ?? ''}`] : [],
      );
      response.end(JSON.stringify(pairs.filter((pair) => pair.startsWith('impersonate'))));
    };
    const impersonate = { user: 'jürgen', groups: ['a', 'b'], uid: 'u1', extra: { 'Example.com/Scope': ['x'] } };
    const { text } = await cluster.api({ impersonate }).text('/', {}, signal);
    const sent = (JSON.parse(text) as string[]).map((pair) => Buffer.from(pair, 'latin1').toString('utf8'));
    expect(sent).toEqual([
      'impersonate-user: jürgen',
      'impersonate-group: a',
      'impersonate-group: b',
      'impersonate-uid: u1',
      'impersonate-extra-example.com%2Fscope: x',
    ]);
  });

  it('sends no credential without TLS', async () => {
    const headers: unknown[] = [];
    const plain = createServer((request, response) => {
      headers.push(request.headers.authorization);
      response.end('ok');
    });
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const server = new URL(`http://127.0.0.1:${(plain.address() as AddressInfo).port}`);
    const api = cluster.api({ server });
    expect((await api.text('/', {}, signal)).text).toBe('ok');
    api.dispose();
    await new Promise((resolve) => plain.close(resolve));
    expect(headers).toEqual([undefined]);
  });

  it('keeps the answer behind an error for those who branch on it', async () => {
    const codes = [404, 409, 403, 410];
    cluster.server.handle = (_request, response) => {
      const code = codes[cluster.server.requests.length - 1] ?? 500;
      response.statusCode = code;
      response.end(status(code, 'X', 'words'));
    };
    const api = cluster.api();
    const errors: unknown[] = [];
    while (errors.length < codes.length) errors.push(await failureOf(api.get(named('a'), object, signal)));
    expect(errors.map((error) => [isNotFound, isConflict, isForbidden, isGone].map((is) => is(error)))).toEqual([
      [true, false, false, false],
      [false, true, false, false],
      [false, false, true, false],
      [false, false, false, true],
    ]);
  });

  it('serves hundreds at once without a warning', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    cluster.server.handle = (_request, response) => response.end('ok');
    const api = cluster.api();
    const all = await Promise.all(Array.from({ length: 200 }, () => api.text('/', {}, signal)));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', onWarning);
    expect(all).toHaveLength(200);
    expect(warnings).toEqual([]);
  });
});
