import { EventEmitter, once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  createPartedReflector,
  listWhole,
  resources,
  systemClock,
  type Part,
  type PartedReflector,
  type ReflectorState,
} from '../../../shared/src/kubernetes/index.ts';
import { eventually, TestSpace } from './testSpace.ts';

const schema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()).catch({}) }),
  data: z.looseObject({ value: z.string() }),
});
type ConfigMap = z.output<typeof schema>;
const label = 'slipway.test/part';

let space: TestSpace;
beforeAll(async () => {
  space = await TestSpace.open('parted');
});
afterAll(() => space.dispose());

/** Opened with the first part that a test asks for. */
let reflector: PartedReflector<ConfigMap> | undefined;
let states: ReflectorState[];
/** Parts that were read, together where they were read so. */
let reads: string[];
/** Those of them whose objects have come, which may be kept back. */
let answers: string[];
let open: () => PartedReflector<ConfigMap>;
/** What was read is given from now on once `release` is called. */
let hold: () => { readonly release: () => void };

beforeEach(() => {
  reads = [];
  answers = [];
  states = [];
  let held = Promise.resolve();
  hold = () => {
    const gate = new EventEmitter();
    held = once(gate, 'open').then(() => undefined);
    return { release: () => gate.emit('open') };
  };
  open = () =>
    createPartedReflector({
      api: space.proxied,
      path: path(),
      options: { labelSelector: label },
      schema,
      key: ({ metadata }) => metadata.name,
      partOf: ({ labels }) => String(labels[label]),
      read: async (parts, signal) => {
        reads.push(parts.join(' '));
        const labelSelector = `${label} in (${parts.join(',')})`;
        const objects = await listWhole(space.proxied, path(), { labelSelector }, z.looseObject({}), signal);
        answers.push(parts.join(' '));
        await held;
        return objects;
      },
      clock: systemClock,
      random: Math.random,
      onState: (state) => states.push(state),
    });
});
afterEach(async () => {
  space.proxy.heal();
  reflector?.dispose();
  reflector = undefined;
  const { items } = await space.api.list(path(), { labelSelector: label }, schema, space.signal);
  for (const { metadata } of items) await remove(metadata.name);
});

const path = (name?: string) => ({ type: resources.configMaps, namespace: space.namespace, name });
const create = (part: string, name: string) => {
  const metadata = { name, labels: { [label]: part } };
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { value: '0' } };
  return space.api.create(path(), body, {}, schema, space.signal);
};
const change = (name: string, value: string) =>
  space.api.patch(path(name), { data: { value } }, { kind: 'merge' }, schema, space.signal);
const remove = (name: string) => space.api.delete(path(name), {}, space.signal);

function ask(name: string, onChange: () => void = () => undefined): Part<ConfigMap> {
  reflector ??= open();
  return reflector.include(name, onChange);
}

async function include(name: string, onChange?: () => void): Promise<Part<ConfigMap>> {
  const part = ask(name, onChange);
  await part.synced(space.signal);
  return part;
}

const shown = ({ items }: Part<ConfigMap>) =>
  [...items.values()].map(({ metadata, data }) => `${metadata.name}=${data.value}`).sort();
const shows = (part: Part<ConfigMap>, ...all: string[]) => eventually(() => shown(part).join() === all.join());
const isWatch = ({ url }: { readonly url: string }) =>
  url.includes('/configmaps?') && url.includes('timeoutSeconds=290');
const watching = () => eventually(() => space.proxy.open.some(isWatch));

describe('parts of a collection', () => {
  it('are kept up to date by one watch, those asked for together read together, and the others let be', async () => {
    await create('a', 'a-one');
    await create('b', 'b-one');
    await create('other', 'other');
    let changes = 0;
    const [a, b] = await Promise.all([include('a', () => (changes += 1)), include('b')]);
    expect([shown(a), shown(b)]).toEqual([['a-one=0'], ['b-one=0']]);
    expect(reads).toEqual(['a b']);
    expect(a.state.state).toBe('live');
    await watching();
    const before = changes;
    await change('other', '1');
    await create('b', 'b-two');
    await shows(b, 'b-one=0', 'b-two=0');
    expect(changes).toBe(before);
    await change('a-one', '1');
    await remove('b-one');
    await shows(a, 'a-one=1');
    await shows(b, 'b-two=0');
    expect(changes).toBe(before + 1);
    expect(space.proxy.open.filter(isWatch)).toHaveLength(1);
  });

  it('can be asked for later, also while nothing is of them yet', async () => {
    await create('a', 'a-one');
    await create('b', 'b-one');
    const a = await include('a');
    await watching();
    await change('b-one', '1');
    const [b, c] = await Promise.all([include('b'), include('c')]);
    expect([shown(a), shown(b), shown(c)]).toEqual([['a-one=0'], ['b-one=1'], []]);
    expect(reads).toEqual(['a', 'b c']);
    await create('c', 'c-one');
    await shows(c, 'c-one=0');
    expect(space.proxy.open.filter(isWatch)).toHaveLength(1);
  });

  it('are as the watch tells of them while they are read', async () => {
    for (const name of ['deleted', 'changed', 'same']) await create('b', name);
    await include('a');
    await watching();
    const { release } = hold();
    const b = ask('b');
    await eventually(() => answers.includes('b'));
    await remove('deleted');
    await change('changed', '1');
    await create('b', 'new');
    await shows(b, 'changed=1', 'new=0');
    expect(b.state.state).toBe('syncing');
    release();
    await shows(b, 'changed=1', 'new=0', 'same=0');
    expect(b.state.state).toBe('live');
  });

  it('are listed anew after a 410, with what was asked for meanwhile', async () => {
    await create('a', 'a-one');
    await create('a', 'a-two');
    await create('b', 'b-one');
    const a = await include('a');
    await watching();
    await space.proxy.refuse();
    space.proxy.cut();
    await eventually(() => a.state.state === 'stale');
    const b = ask('b');
    await remove('a-one');
    await change('a-two', '1');
    space.proxy.on(/watch=true.*[?&]resourceVersion=/, { kind: 'answer', status: 410 }, 1);
    await space.proxy.accept();
    await b.synced(space.signal);
    await shows(a, 'a-two=1');
    await shows(b, 'b-one=0');
  });

  it('are not set back by what was read of them before a list', async () => {
    await create('a', 'a-one');
    await create('b', 'b-one');
    const a = await include('a');
    await watching();
    const { release } = hold();
    const b = ask('b');
    await eventually(() => answers.includes('b'));
    // The read of that list is not kept back.
    hold().release();
    await space.proxy.refuse();
    space.proxy.cut(/watch=true/);
    await eventually(() => a.state.state === 'stale');
    await change('b-one', '1');
    space.proxy.on(/watch=true.*[?&]resourceVersion=/, { kind: 'answer', status: 410 }, 1);
    await space.proxy.accept();
    await b.synced(space.signal);
    expect(shown(b)).toEqual(['b-one=1']);
    release();
    await change('a-one', '1');
    await shows(a, 'a-one=1');
    expect(shown(b)).toEqual(['b-one=1']);
  });

  it('may be left, and asked for again', async () => {
    await create('a', 'a-one');
    await create('b', 'b-one');
    const a = await include('a');
    const b = await include('b');
    await watching();
    b.dispose();
    await change('b-one', '1');
    await change('a-one', '1');
    await shows(a, 'a-one=1');
    expect(shown(b)).toEqual(['b-one=0']);
    expect(shown(await include('b'))).toEqual(['b-one=1']);
  });

  it('that may not be read say so, and come when they may', async () => {
    await create('a', 'a-one');
    space.proxy.on(/configmaps\?.*limit=1\b/, { kind: 'answer', status: 403 }, 1);
    const a = ask('a');
    await expect(a.synced(space.signal)).rejects.toMatchObject({ code: 'cluster.refused' });
    await shows(a, 'a-one=0');
  });

  it('that cannot be read at once are read again, and whoever leaves waits no longer', async () => {
    await create('b', 'b-one');
    await include('a');
    await watching();
    space.proxy.on(/configmaps\?(?!.*watch=).*labelSelector=/, { kind: 'answer', status: 500 }, 4);
    const b = await include('b');
    expect(shown(b)).toEqual(['b-one=0']);
    // Meanwhile it is told what is wrong.
    expect(states.map(({ state, error }) => [state, error?.code ?? ''].join(' '))).toContain('syncing cluster.busy');
    await eventually(() => states.at(-1)?.state === 'live');
    space.proxy.on(/configmaps\?(?!.*watch=).*labelSelector=/, { kind: 'answer', status: 500 });
    const c = ask('c');
    const waiting = c.synced(space.signal);
    await eventually(() => states.at(-1)?.error?.code === 'cluster.busy');
    c.dispose();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    // What nobody wants any more is no trouble.
    await eventually(() => states.at(-1)?.state === 'live');
  });
});
