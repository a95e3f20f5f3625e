import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  createReflector,
  resources,
  systemClock,
  type Change,
  type Reflector,
  type ReflectorOptions,
  type ReflectorState,
} from '../../../shared/src/kubernetes/index.ts';
import { eventually, TestSpace } from './testSpace.ts';

const schema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), resourceVersion: z.string() }),
  data: z.record(z.string(), z.string()).optional(),
});
type ConfigMap = z.output<typeof schema>;

let space: TestSpace;
beforeAll(async () => {
  space = await TestSpace.open('reflector');
});
afterAll(() => space.dispose());

const reflectors: Reflector<unknown>[] = [];
afterEach(async () => {
  space.proxy.heal();
  for (const reflector of reflectors.splice(0)) reflector.dispose();
  for (const name of await names()) await remove(name);
});

interface Followed {
  readonly reflector: Reflector<ConfigMap>;
  readonly changes: string[];
  readonly states: ReflectorState[];
}

function follow(options: ReflectorOptions<typeof schema>['options'] = {}): Followed {
  const changes: string[] = [];
  const states: ReflectorState[] = [];
  const reflector = createReflector({
    api: space.proxied,
    path: { type: resources.configMaps, namespace: space.namespace },
    options: { labelSelector: 'slipway.test=yes', ...options },
    schema,
    key: ({ metadata }) => metadata.name,
    clock: systemClock,
    random: Math.random,
    onChange: ({ type, object }: Change<ConfigMap>) =>
      changes.push(`${type} ${object.metadata.name} ${object.data?.value ?? ''}`),
    onState: (state) => states.push(state),
  });
  reflectors.push(reflector);
  return { reflector, changes, states };
}

const path = (name?: string) => ({ type: resources.configMaps, namespace: space.namespace, name });
const body = (name: string, value: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels: { 'slipway.test': 'yes' } },
  data: { value },
});
/** One that no reflector of this file shows. */
const unlabelled = (name: string) => ({ ...body(name, '0'), metadata: { name } });
const create = (name: string, value = '0') => space.api.create(path(), body(name, value), {}, schema, space.signal);
const change = (name: string, value: string) =>
  space.api.patch(path(name), { data: { value } }, { kind: 'merge' }, schema, space.signal);
const remove = (name: string) => space.api.delete(path(name), {}, space.signal);
const names = async () =>
  (await space.api.list(path(), { labelSelector: 'slipway.test=yes' }, schema, space.signal)).items.map(
    ({ metadata }) => metadata.name,
  );

/** What the reflector holds is what the cluster has. */
async function expectTruth({ reflector }: Followed): Promise<void> {
  const { items } = await space.api.list(path(), { labelSelector: 'slipway.test=yes' }, schema, space.signal);
  const versions = (all: Iterable<ConfigMap>) =>
    [...all].map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`).sort();
  await eventually(() => versions(reflector.items.values()).join() === versions(items).join());
}

const watches = /watch=true/;
const longWatch = /watch=true.*timeoutSeconds=290|timeoutSeconds=290.*watch=true/;

it('moves on with what it does not show: a bookmark tells it the version', async () => {
  const followed = follow();
  await followed.reflector.synced(space.signal);
  const isWatch = ({ url }: { readonly url: string }) => url.includes('/configmaps?') && url.includes('watch=true');
  await eventually(() => space.proxy.open.some(isWatch));
  const versionOf = (url = '') => Number(new URL(url, 'https://x').searchParams.get('resourceVersion'));
  const { metadata } = await space.api.create(path(), unlabelled('other'), {}, schema, space.signal);
  const before = space.proxy.bytes;
  // Nothing that it shows changes: what comes within a minute or so is a bookmark.
  await eventually(() => space.proxy.bytes > before + 50);
  expect(followed.changes).toEqual([]);
  const seen = space.proxy.requests.length;
  space.proxy.cut(watches);
  const again = () => space.proxy.requests.slice(seen).find(isWatch);
  await eventually(() => again() !== undefined);
  expect(versionOf(again()?.url)).toBeGreaterThanOrEqual(Number(metadata.resourceVersion));
  await remove('other');
});

describe.each([
  ['a streaming list', { streaming: true }],
  ['a list of pages', { streaming: false }],
])('a reflector with %s', (_name, options) => {
  it('has what is there, then what changes, without the lists of managed fields', async () => {
    await create('one');
    const followed = follow(options);
    await followed.reflector.synced(space.signal);
    expect(followed.changes).toEqual(['added one 0']);
    expect(followed.reflector.state.state).toBe('live');
    await create('two');
    await change('one', '1');
    await remove('two');
    await eventually(() => followed.changes.length >= 4);
    expect(followed.changes).toEqual(['added one 0', 'added two 0', 'modified one 1', 'deleted two 0']);
    expect(JSON.stringify([...followed.reflector.items.values()])).not.toContain('fieldsV1');
  });

  it('goes on after a cut, from where it was', async () => {
    await create('one');
    const followed = follow(options);
    await followed.reflector.synced(space.signal);
    await eventually(() => space.proxy.open.some(({ url }) => url.includes('watch=true')));
    await space.proxy.refuse();
    space.proxy.cut();
    await eventually(() => followed.reflector.state.state === 'stale');
    expect(followed.reflector.state.error?.code).toBe('cluster.unreachable');
    await create('two');
    await remove('one');
    await space.proxy.accept();
    await eventually(() => followed.reflector.state.state === 'live');
    await eventually(() => followed.changes.length >= 3);
    expect(followed.changes).toEqual(['added one 0', 'added two 0', 'deleted one 0']);
    await expectTruth(followed);
  });

  it('lists anew after a 410 and tells the difference', async () => {
    await create('one');
    await create('two');
    const followed = follow(options);
    await followed.reflector.synced(space.signal);
    await eventually(() => space.proxy.open.some(({ url }) => url.includes('watch=true')));
    await space.proxy.refuse();
    space.proxy.cut();
    await remove('one');
    await change('two', '1');
    await create('three');
    // The next watch is refused: the version is too old.
    space.proxy.on(/watch=true.*[?&]resourceVersion=/, { kind: 'answer', status: 410 }, 1);
    await space.proxy.accept();
    await eventually(() => followed.reflector.state.state === 'live' && followed.changes.length >= 5);
    expect(followed.changes.slice(0, 2).sort()).toEqual(['added one 0', 'added two 0']);
    expect(followed.changes.slice(2).sort()).toEqual(['added three 0', 'deleted one 0', 'modified two 1']);
    await expectTruth(followed);
  });
});

describe('a reflector behind a bad network', () => {
  it('lists anew after an ERROR event that says 410', async () => {
    await create('one');
    const followed = follow();
    await followed.reflector.synced(space.signal);
    const status = {
      kind: 'Status',
      status: 'Failure',
      code: 410,
      reason: 'Expired',
      message: 'too old resource version',
    };
    await eventually(() => space.proxy.inject(longWatch, `${JSON.stringify({ type: 'ERROR', object: status })}\n`) > 0);
    await eventually(() => followed.states.some(({ state }) => state === 'stale'));
    await eventually(() => followed.reflector.state.state === 'live');
    await create('two');
    await eventually(() => followed.changes.length >= 2);
    expect(followed.changes).toEqual(['added one 0', 'added two 0']);
  });

  it('is not upset by garbage, and says so', async () => {
    await create('one');
    const followed = follow();
    await followed.reflector.synced(space.signal);
    await eventually(() => space.proxy.inject(longWatch, '<html>proxy error</html>\n') > 0);
    await eventually(() => followed.states.some(({ state }) => state === 'stale'));
    expect(followed.states.find(({ state }) => state === 'stale')?.error?.code).toBe('cluster.protocol');
    await eventually(() => followed.reflector.state.state === 'live');
    await create('two');
    await expectTruth(followed);
  });

  it.each([401, 429, 500, 503])('comes back after answers of %s', async (status) => {
    await create('one');
    const followed = follow();
    await followed.reflector.synced(space.signal);
    await eventually(() => space.proxy.open.some(({ url }) => url.includes('watch=true')));
    space.proxy.on(watches, { kind: 'answer', status }, 4);
    space.proxy.cut();
    await create('two');
    await eventually(() => followed.changes.length >= 2);
    expect(followed.changes).toEqual(['added one 0', 'added two 0']);
    expect(followed.states.some(({ state }) => state === 'stale')).toBe(true);
    await eventually(() => followed.reflector.state.state === 'live');
  });

  it('knows that a frozen connection is one', async () => {
    await create('one');
    const followed = follow();
    await followed.reflector.synced(space.signal);
    await eventually(() => space.proxy.open.some(({ url }) => url.includes('watch=true')));
    space.proxy.freeze();
    const frozenAt = Date.now();
    await create('two');
    await eventually(() => followed.reflector.state.state === 'stale');
    expect(followed.reflector.state.since).toBeLessThanOrEqual(frozenAt + 5_000);
    space.proxy.thaw();
    await eventually(() => followed.reflector.state.state === 'live');
    await expectTruth(followed);
  });

  it('finds out that its own connection hangs while others work', async () => {
    await create('one');
    const followed = follow();
    await followed.reflector.synced(space.signal);
    await eventually(() => space.proxy.open.some(({ url }) => longWatch.test(url)));
    const hanging = new Set(space.proxy.open.filter(({ url }) => longWatch.test(url)));
    space.proxy.freeze((request) => hanging.has(request));
    await create('two');
    await eventually(() => followed.changes.includes('added two 0'));
    expect(followed.states.find(({ state }) => state === 'stale')?.error?.message).toContain('hangs');
    await eventually(() => followed.reflector.state.state === 'live');
  });

  it('does not mind a slow one', async () => {
    await create('one');
    const followed = follow();
    await followed.reflector.synced(space.signal);
    space.proxy.delay(1_000);
    await create('two');
    await eventually(() => followed.changes.length >= 2);
    expect(followed.states.filter(({ state }) => state === 'stale')).toEqual([]);
  });

  it('takes pages where the server has no streaming lists', async () => {
    await create('one');
    space.proxy.on(/sendInitialEvents/, { kind: 'answer', status: 422 });
    const followed = follow();
    await followed.reflector.synced(space.signal);
    await create('two');
    await eventually(() => followed.changes.length >= 2);
    expect(followed.changes).toEqual(['added one 0', 'added two 0']);
  });

  it('takes pages where a streaming list gets no answer', async () => {
    await create('one');
    space.proxy.on(/sendInitialEvents/, { kind: 'hang' });
    const followed = follow();
    await followed.reflector.synced(space.signal);
    expect(followed.changes).toEqual(['added one 0']);
  });

  it('takes pages where a streaming list does not come to its end', async () => {
    await create('one');
    // The answer begins, and goes no further.
    space.proxy.on(/sendInitialEvents/, { kind: 'stallAfter', bytes: 100 });
    const followed = follow();
    await followed.reflector.synced(space.signal);
    expect(followed.changes).toEqual(['added one 0']);
  });

  it('says that it was refused, and gets there when it no longer is', async () => {
    const message = 'configmaps is forbidden: User "admin" cannot list resource "configmaps" in API group ""';
    const refusal = JSON.stringify({ kind: 'Status', status: 'Failure', reason: 'Forbidden', code: 403, message });
    const allow = space.proxy.on(/configmaps/, { kind: 'answer', status: 403, body: refusal });
    const followed = follow();
    await expect(followed.reflector.synced(space.signal)).rejects.toMatchObject({ code: 'cluster.forbidden' });
    allow();
    await eventually(() => followed.reflector.state.state === 'live');
    await followed.reflector.synced(space.signal);
  });
});

describe('a reflector of a Table', () => {
  const row = z.looseObject({
    metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()) }),
    cells: z.looseObject({ Name: z.string(), Data: z.number() }),
  });

  it.each([true, false])('gives metadata and cells (streaming: %s)', async (streaming) => {
    await create('one');
    const reflector = createReflector({
      api: space.proxied,
      path: path(),
      options: { as: 'table', streaming, labelSelector: 'slipway.test=yes' },
      schema: row,
      key: ({ cells }) => cells.Name,
      clock: systemClock,
      random: Math.random,
    });
    reflectors.push(reflector);
    await reflector.synced(space.signal);
    await create('two');
    await eventually(() => reflector.items.size === 2);
    expect(reflector.get('two')).toMatchObject({
      cells: { Name: 'two', Data: 1 },
      metadata: { labels: { 'slipway.test': 'yes' } },
    });
  });
});
