import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { idToken } from '../../../test/cluster/cluster.mjs';
import { spdyHeaders } from './portForward/spdyPort.ts';
import type { KubernetesApi } from './api.ts';
import { isForbidden, isGone, isNotFound } from './errors.ts';
import { listAll } from './list.ts';
import { resources } from './resources.ts';
import { ClusterPlace } from './testing/clusterPlace.ts';
import { failureOf } from './testing/failure.ts';

const { signal } = new AbortController();
const named = z.looseObject({ metadata: z.looseObject({ name: z.string() }) });
const namespace = `t-requests-${randomUUID().slice(0, 8)}`;
const configMaps = { type: resources.configMaps, namespace };
const body = (name: string, data: object = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });

let place: ClusterPlace;
/** The administrator, through the proxy. */
let api: KubernetesApi;
beforeAll(async () => {
  place = await ClusterPlace.create();
  await place.begin();
  const admin = await place.open(place.cluster.kubeconfig);
  const space = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  await admin.create({ type: resources.namespaces }, space, {}, named, signal);
  await Promise.all(['a', 'b', 'c'].map((name) => admin.create(configMaps, body(name), {}, named, signal)));
});
afterAll(async () => {
  const admin = await place.open(place.cluster.kubeconfig);
  await admin.delete({ type: resources.namespaces, name: namespace }, {}, signal);
  await place.dispose();
});
beforeEach(async () => {
  await place.begin();
  api = await place.open(place.proxy.kubeconfig);
});
afterEach(() => place.end());

/** `METHOD URL` of what reaches the proxy from now on. */
function asked(): () => string[] {
  const before = place.proxy.requests.length;
  return () => place.proxy.requests.slice(before).map(({ method, url }) => `${method} ${url}`);
}

const configMap = (name: string) => ({ ...configMaps, name });
const path = `/api/v1/namespaces/${namespace}/configmaps`;

describe('requests to a real cluster', () => {
  it('share one connection, one after the other, streams and upgrades too', async () => {
    const before = place.proxy.connections;
    const seen = asked();
    for (let count = 0; count < 3; count += 1) await api.get(configMap('a'), named, signal);
    const exec = { type: resources.pods, namespace, name: 'nobody', subresource: 'exec' };
    const refused = await failureOf(api.connect(exec, { command: ['true'] }, ['v4.channel.k8s.io'], signal));
    expect(refused).toMatchObject({ code: 'cluster.notFound' });
    expect(seen()).toEqual([...Array<string>(3).fill(`GET ${path}/a`), expect.stringMatching(/^GET .*\/exec\?/)]);
    expect(place.proxy.connections - before).toBe(1);
  });

  it('are hundreds at once without a warning', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const all = await Promise.all(Array.from({ length: 200 }, () => api.get(configMap('a'), named, signal)));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', onWarning);
    expect(all).toHaveLength(200);
    expect(warnings).toEqual([]);
  });

  it('take large answers in gzip', async () => {
    const text = 'ü'.repeat(100_000);
    await api.create(configMaps, body(`large-${randomUUID()}`, { text }), {}, named, signal);
    const before = place.proxy.bytes;
    const schema = z.looseObject({ data: z.looseObject({ text: z.string().optional() }).optional() });
    const { items } = await api.list(configMaps, {}, schema, signal);
    expect(items.some(({ data }) => data?.text === text)).toBe(true);
    expect(place.proxy.bytes - before).toBeLessThan(20_000);
  });

  it("give the server's clock along", async () => {
    const { text, date = 0 } = await api.text('/readyz', {}, signal);
    expect(text).toBe('ok');
    expect(Math.abs(date - Date.now())).toBeLessThan(60_000);
    place.proxy.on(/readyz/, { kind: 'headers', headers: () => ({ date: 'Wed, 25 Nov 2026 12:00:00 GMT' }) });
    expect((await api.text('/readyz', {}, signal)).date).toBe(Date.UTC(2026, 10, 25, 12));
  });

  it('write strictly, and dry runs where asked', async () => {
    const seen = asked();
    const name = `w-${randomUUID()}`;
    await api.create(configMaps, body(name), { dryRun: true }, named, signal);
    await api.create(configMaps, body(name), {}, named, signal);
    await api.replace(configMap(name), body(name, { x: '1' }), {}, named, signal);
    await api.patch(configMap(name), { data: { y: '2' } }, { kind: 'merge' }, named, signal);
    await api.patch(configMap(name), [{ op: 'remove', path: '/data/x' }], { kind: 'json' }, named, signal);
    const query = '?fieldValidation=Strict&fieldManager=slipway';
    expect(seen()).toEqual([
      `POST ${path}${query}&dryRun=All`,
      `POST ${path}${query}`,
      `PUT ${path}/${name}${query}`,
      `PATCH ${path}/${name}${query}`,
      `PATCH ${path}/${name}${query}`,
    ]);
  });

  it('delete one object, never a collection, and nothing outside its path', async () => {
    const seen = asked();
    expect(await api.delete(configMap('nobody'), {}, signal)).toBe(false);
    expect(await failureOf(api.delete(configMaps, {}, signal))).toMatchObject({ code: 'internal' });
    expect(await failureOf(api.delete(configMap(''), {}, signal))).toMatchObject({ code: 'path.refused' });
    expect(await failureOf(api.get(configMap('../secrets'), named, signal))).toMatchObject({ code: 'path.refused' });
    expect(seen()).toEqual([`DELETE ${path}/nobody`]);
  });

  it('go through all pages, and start again where the list grew too old (410)', async () => {
    place.proxy.on(/[?&]continue=/, { kind: 'answer', status: 410 }, 1);
    const pages: unknown[] = [];
    const options = { labelSelector: 'page', limit: 1 };
    const label = (name: string) => ({ metadata: { labels: { page: name } } });
    for (const name of ['a', 'b', 'c']) await api.patch(configMap(name), label(name), { kind: 'merge' }, named, signal);
    for await (const page of listAll(api, configMaps, options, named, signal)) {
      const names = page.items.map(({ metadata }) => metadata.name);
      // What does not have the label may fill the last page.
      if (names.length > 0) pages.push([page.first, names]);
    }
    expect(pages).toEqual([
      [true, ['a']],
      [true, ['a']],
      [false, ['b']],
      [false, ['c']],
    ]);
  });

  it('that are refused keep the answer for those who branch on it', async () => {
    const stranger = await place.open(await place.write({ token: idToken('ada@example.com') }));
    place.proxy.on(/configmaps\/gone/, { kind: 'answer', status: 410 });
    const errors = [
      await failureOf(api.get(configMap('nobody'), named, signal)),
      await failureOf(stranger.get(configMap('a'), named, signal)),
      await failureOf(api.get(configMap('gone'), named, signal)),
    ];
    expect(errors.map((error) => [isNotFound, isForbidden, isGone].map((is) => is(error)))).toEqual([
      [true, false, false],
      [false, true, false],
      [false, false, true],
    ]);
  });

  it('with a password go out with it; an API server of today knows none', async () => {
    const shown = place.shown();
    const config = await place.write({ username: 'al', password: 'pw' });
    const error = await failureOf((await place.open(config)).get(configMap('a'), named, signal));
    expect(error.message).toMatch(/^The user system:anonymous may not/);
    expect(new Set(shown())).toEqual(new Set([`Basic ${Buffer.from('al:pw').toString('base64')}`]));
  });

  it('act as somebody else where the kubeconfig says so', async () => {
    const config = z
      .object({ users: z.tuple([z.object({ user: z.looseObject({}) })]) })
      .parse(parse(await readFile(place.cluster.kubeconfig, 'utf8')));
    const [{ user }] = config.users;
    const as = {
      as: 'jürgen',
      'as-groups': ['a', 'b'],
      'as-uid': 'u1',
      'as-user-extra': { 'Example.com/Scope': ['x'] },
    };
    const other = await place.open(
      await place.write({ ...user, ...as }, { cluster: { server: place.cluster.apiUrl } }),
    );
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const schema = z.object({ status: z.object({ userInfo: z.unknown() }) });
    const made = await other.create({ type: resources.selfSubjectReviews }, review, {}, schema, signal);
    expect(made.status.userInfo).toEqual({
      username: 'jürgen',
      groups: ['a', 'b', 'system:authenticated'],
      uid: 'u1',
      extra: { 'example.com/scope': ['x'] },
    });
  });
});

describe('streams and upgrades of a real cluster', () => {
  it('are broken off where nobody is to see more with what they were opened with, and the next ones open', async () => {
    const open = async () => {
      const stream = await api.stream(configMaps, { watch: true }, {}, signal);
      const chunks = stream[Symbol.asyncIterator]();
      expect((await chunks.next()).done).toBe(false);
      return async () => {
        while ((await chunks.next()).done !== true);
      };
    };
    const rest = await open();
    api.disconnect();
    expect(await failureOf(rest())).toMatchObject({ code: 'cluster.unreachable' });
    await open();
  });

  it('end quietly when their owner ends them, twice even, and loudly when the operation is cancelled', async () => {
    const stream = await api.stream(configMaps, { watch: true }, {}, signal);
    const chunks = stream[Symbol.asyncIterator]();
    expect((await chunks.next()).done).toBe(false);
    stream.destroy();
    stream.destroy();
    while ((await chunks.next()).done !== true);
    const controller = new AbortController();
    const other = await api.stream(configMaps, { watch: true }, {}, controller.signal);
    const read = async () => {
      for await (const chunk of other) expect(chunk.length).toBeGreaterThan(0);
    };
    const failing = failureOf(read());
    controller.abort();
    expect(await failing).toMatchObject({ code: 'cancelled' });
  });

  it('end by silence only where a limit was set, and name the verb where they are cut', async () => {
    const { resourceVersion } = await api.list(configMaps, {}, named, signal);
    const open = (options: { silenceMs?: number }) =>
      api.stream(configMaps, { watch: true, resourceVersion }, options, signal);
    const read = async (stream: AsyncIterable<Uint8Array>) => {
      for await (const chunk of stream) expect(chunk.length).toBeGreaterThan(0);
    };
    expect((await failureOf(read(await open({ silenceMs: 50 })))).message).toMatch(/nothing came for/);
    const cut = failureOf(read(await open({})));
    expect(place.proxy.cut(/configmaps\?.*watch=true/)).toBeGreaterThan(0);
    expect((await cut).message).toMatch(new RegExp(`was cut during watch configmaps in ${namespace}`));
  });

  it('are refused with words', async () => {
    const stranger = await place.open(await place.write({ token: idToken('ada@example.com') }));
    const forward = { type: resources.pods, namespace, name: 'p', subresource: 'portforward' };
    const errors = [
      await failureOf(stranger.upgrade(forward, { ports: 1 }, spdyHeaders, signal)),
      await failureOf(stranger.connect(forward, { ports: 1 }, ['v4.channel.k8s.io'], signal)),
      await failureOf(stranger.stream({ ...forward, subresource: 'log' }, {}, {}, signal)),
    ];
    for (const error of errors) {
      expect(error.code).toBe('cluster.forbidden');
      expect(error.message).toMatch(/^The user oidc:ada@example\.com may not \w+ pods\/\w+ "p" in /);
    }
  });
});
