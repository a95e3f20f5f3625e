import { describe, expect, it, vi } from 'vitest';
import { type NotificationName, type NotificationParams, type Run, SlipwayError } from '../protocol/index.ts';
import { Emitter } from './emitter.ts';
import { NotificationEmitters } from './notificationEmitters.ts';
import { type RunSource, RunStore } from './runStore.ts';

/** For a machine that does other things besides. */
const patient = { timeout: 20_000 };

function run(name: string, fields: Partial<Run> = {}): Run {
  const createdAt = Number(name.replace(/\D/g, ''));
  return {
    name,
    context: 'local',
    title: name,
    state: 'running',
    createdAt,
    cancelRequested: false,
    steps: [],
    ...fields,
  };
}

interface Asked {
  readonly name: string;
  readonly params: { readonly context?: string; readonly limit?: number };
  readonly answer: (result: unknown) => void;
  readonly fail: (error: Error) => void;
}

/** A connection whose answers come when the test says so. */
function rig(initially: readonly string[] = ['local'], now = () => 7) {
  const connection = new Emitter<boolean>();
  const notifications = new NotificationEmitters();
  const asked: Asked[] = [];
  let held = 0;
  let contexts = initially;
  const source: RunSource = {
    get contexts() {
      return contexts;
    },
    request: (name, params) =>
      new Promise((resolve, reject) => {
        asked.push({ name, params: params as Asked['params'], answer: resolve as Asked['answer'], fail: reject });
      }),
    onNotification: (name, listener) => notifications.on(name, listener),
    onConnection: (listener) => connection.on(listener),
    hold: () => {
      held += 1;
      return { dispose: () => (held -= 1) };
    },
  };
  const store = new RunStore(source, now);
  const ended: string[] = [];
  store.onEnd((runs) => ended.push(...runs.map(({ name }) => name)));
  return {
    store,
    asked,
    ended,
    connect: (connected: boolean) => connection.fire(connected),
    tell: <Name extends NotificationName>(name: Name, params: NotificationParams<Name>) =>
      notifications.fire(name, params),
    setContexts: (there: readonly string[]) => {
      contexts = there;
      notifications.fire('contexts/changed', { contexts: [...there], current: 'local' });
    },
    held: () => held,
    /** Waits until so many things were asked, and takes out the first of that name. */
    next: async (name: string): Promise<Asked> => {
      await vi.waitFor(() => expect(asked.map((one) => one.name)).toContain(name), patient);
      const [found] = asked.splice(
        asked.findIndex((one) => one.name === name),
        1,
      );
      if (found === undefined) throw new Error(`nobody asked for ${name}`);
      return found;
    },
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the runs of a host', () => {
  it('keep news that arrive while an older list is on its way', async () => {
    const { store, connect, next, tell, ended } = rig();
    connect(true);
    (await next('runs/watch')).answer({ watch: '1' });
    const list = await next('runs/list');
    tell('run/changed', { watch: '1', run: run('a1', { state: 'succeeded' }) });
    tell('run/deleted', { watch: '1', context: 'local', run: 'b2' });
    list.answer({ runs: [run('a1'), run('b2')] });
    await settled();
    expect(store.runs.map(({ name, state }) => [name, state])).toEqual([['a1', 'succeeded']]);
    expect(ended).toEqual(['a1']);
    expect(store.contexts).toEqual([
      { name: 'local', state: 'live', since: undefined, reason: undefined, forbidden: false },
    ]);
  });

  it('come by pages, the newest first', async () => {
    const { store, connect, next } = rig();
    connect(true);
    (await next('runs/watch')).answer({});
    const many = Array.from({ length: 300 }, (_, index) => run(`a${300 - index}`));
    const first = await next('runs/list');
    first.answer({ runs: many.slice(0, first.params.limit) });
    await vi.waitFor(() => expect(store.runs).toHaveLength(100), patient);
    expect(store.loaded).toBe(true);
    (await next('runs/list')).answer({ runs: many });
    await vi.waitFor(() => expect(store.runs).toHaveLength(300), patient);
  });

  it('are watched once a connection, however often they are read', async () => {
    const { store, connect, next, asked } = rig();
    connect(true);
    store.refresh();
    (await next('runs/watch')).answer({});
    (await next('runs/list')).answer({ runs: [] });
    await settled();
    store.refresh();
    await next('runs/list');
    expect(asked.filter(({ name }) => name === 'runs/watch')).toEqual([]);
    connect(false);
    connect(true);
    await next('runs/watch');
  });

  it('are not overwritten by a list that was asked for before another one', async () => {
    const { store, connect, next, tell } = rig();
    connect(true);
    (await next('runs/watch')).answer({});
    const older = await next('runs/list');
    store.refresh();
    const newer = await next('runs/list');
    tell('run/changed', { watch: '1', run: run('a1', { state: 'failed' }) });
    older.answer({ runs: [run('a1')] });
    newer.answer({ runs: [run('a1')] });
    await settled();
    expect(store.get('local', 'a1')?.state).toBe('failed');
  });

  it('say which context is out of reach and why, and come when it is there again', async () => {
    const { store, connect, next, tell } = rig(['local', 'far']);
    connect(true);
    (await next('runs/watch')).answer({});
    (await next('runs/watch')).fail(new SlipwayError('cluster.unreachable', 'No route.'));
    (await next('runs/list')).answer({ runs: [run('a1')] });
    await settled();
    expect(store.contexts.map(({ name, state, reason }) => [name, state, reason])).toEqual([
      ['local', 'live', undefined],
      ['far', 'stale', 'No route.'],
    ]);
    expect([store.staleSince('local'), store.staleSince('far')]).toEqual([undefined, 7]);
    tell('context/changed', { watch: '2', context: 'far', state: 'live', since: 9 });
    expect(store.staleSince('far'), 'until they were read').toBe(7);
    (await next('runs/watch')).answer({});
    (await next('runs/list')).answer({ runs: [run('b2', { context: 'far' })] });
    await settled();
    expect(store.get('far', 'b2')?.name).toBe('b2');
    expect(store.contexts[1]).toMatchObject({ state: 'live', since: undefined });
  });

  it('say which context does not let this person, from the start or later', async () => {
    const { store, connect, next, tell } = rig(['far', 'other']);
    connect(true);
    (await next('runs/watch')).fail(new SlipwayError('cluster.forbidden', 'Ada may not list runs.'));
    (await next('runs/watch')).answer({});
    (await next('runs/list')).answer({ runs: [] });
    await settled();
    tell('context/changed', { watch: '2', context: 'other', state: 'stale', since: 9, reason: 'No.', forbidden: true });
    expect(store.contexts).toMatchObject([
      { name: 'far', state: 'stale', forbidden: true, reason: 'Ada may not list runs.' },
      { name: 'other', state: 'stale', forbidden: true, reason: 'No.' },
    ]);
    tell('context/changed', { watch: '2', context: 'other', state: 'live', since: 10 });
    expect(store.contexts[1]).toMatchObject({ state: 'live', forbidden: false });
  });

  it('stay shown while the core is gone, as of then', async () => {
    const { store, connect, next } = rig();
    connect(true);
    (await next('runs/watch')).answer({});
    const list = await next('runs/list');
    store.put(run('a1'));
    connect(false);
    list.fail(new SlipwayError('internal', 'The core closed the connection.'));
    await settled();
    expect(store.contexts).toEqual([{ name: 'local', state: 'stale', since: 7, reason: undefined, forbidden: false }]);
    expect(store.runs).toHaveLength(1);
  });

  it('are shown as of when the core was lost, however often it is tried for, until they were read anew', async () => {
    let now = 7;
    const { store, connect, next } = rig(['local'], () => now);
    connect(true);
    (await next('runs/watch')).answer({});
    (await next('runs/list')).answer({ runs: [run('a1')] });
    await settled();
    expect(store.staleSince('local')).toBeUndefined();
    for (now = 10; now < 13; now += 1) connect(false);
    expect(store.contexts).toMatchObject([{ state: 'stale', since: 10 }]);
    now = 20;
    connect(true);
    expect(store.contexts).toMatchObject([{ state: 'loading', since: 10 }]);
    (await next('runs/watch')).answer({});
    (await next('runs/list')).fail(new SlipwayError('internal', 'Broken.'));
    await settled();
    expect(store.contexts).toMatchObject([{ state: 'stale', since: 10, reason: 'Broken.' }]);
    store.refresh();
    (await next('runs/list')).answer({ runs: [run('a1')] });
    await settled();
    expect(store.contexts).toMatchObject([{ state: 'live', since: undefined }]);
  });

  it('hold the connection while one of ours goes on, and tell how many do', async () => {
    const { store, connect, next, held } = rig();
    const counts: number[] = [];
    store.onUnfinished((count) => counts.push(count));
    connect(true);
    (await next('runs/watch')).answer({});
    (await next('runs/list')).answer({ runs: [run('a1'), run('b2', { foreign: true })] });
    await settled();
    expect(held()).toBe(1);
    store.put(run('a1', { state: 'succeeded' }));
    expect(held()).toBe(0);
    store.put(run('c3'));
    store.dispose();
    expect(held()).toBe(0);
    expect(counts).toEqual([1, 0, 1]);
  });

  it('change once for a whole list', async () => {
    const { store, connect, next } = rig();
    connect(true);
    (await next('runs/watch')).answer({});
    const list = await next('runs/list');
    const onChange = vi.fn();
    store.onChange(onChange);
    list.answer({ runs: Array.from({ length: 90 }, (_, index) => run(`a${index}`)) });
    await settled();
    expect(store.runs).toHaveLength(90);
    expect(onChange.mock.calls.length).toBeLessThanOrEqual(2);
  });

  it('come with a context that is added while the core runs, and go with one that is removed', async () => {
    const { store, connect, next, tell, held, setContexts } = rig(['local']);
    const rows = (): readonly string[] => store.contexts.map(({ name, state }) => `${name} ${state}`);
    connect(true);
    (await next('runs/watch')).answer({});
    (await next('runs/list')).answer({ runs: [run('a1', { state: 'succeeded' })] });
    await settled();
    setContexts(['local', 'team-a']);
    expect(rows()).toEqual(['local loading', 'team-a loading']);
    (await next('runs/watch')).answer({});
    (await next('runs/list')).answer({ runs: [run('a1', { state: 'succeeded' })] });
    (await next('runs/list')).answer({ runs: [run('b2', { context: 'team-a' })] });
    await settled();
    expect(rows()).toEqual(['local live', 'team-a live']);
    expect(held()).toBe(1);
    setContexts(['local']);
    expect(rows()).toEqual(['local loading']);
    tell('run/changed', { watch: '2', run: run('b2', { context: 'team-a' }) });
    tell('context/changed', { watch: '2', context: 'team-a', state: 'stale', since: 9 });
    expect(store.runs.map(({ name }) => name)).toEqual(['a1']);
    expect(rows()).toEqual(['local loading']);
    expect(held()).toBe(0);
  });

  it('do not come of a context that is removed while they are being read', async () => {
    const { store, connect, next, asked, setContexts } = rig(['local', 'team-a']);
    connect(true);
    (await next('runs/watch')).answer({});
    const watch = await next('runs/watch');
    setContexts(['local']);
    watch.answer({});
    await settled();
    expect(asked.filter(({ params }) => params.context === 'team-a')).toEqual([]);
    expect(store.contexts.map(({ name }) => name)).toEqual(['local']);
  });

  it('of contexts that went while there was no core are forgotten', async () => {
    const { store, connect, next, setContexts } = rig(['team-a']);
    connect(true);
    (await next('runs/watch')).answer({});
    (await next('runs/list')).answer({ runs: [run('b2', { context: 'team-a' })] });
    await settled();
    connect(false);
    setContexts(['local']);
    connect(true);
    expect(store.runs).toEqual([]);
    expect(store.contexts.map(({ name }) => name)).toEqual(['local']);
  });

  it('of a space that was left make room for those of the one that was chosen', async () => {
    const { store, connect, next, setContexts } = rig(['team-a']);
    connect(true);
    (await next('runs/watch')).answer({});
    (await next('runs/list')).answer({ runs: [run('b2', { context: 'team-a' })] });
    await settled();
    setContexts(['team-a']);
    (await next('runs/list')).answer({ runs: [run('c3', { context: 'team-a' })] });
    await settled();
    expect(store.runs.map(({ name }) => name)).toEqual(['c3']);
  });

  it('wait for the sign-in that they need, say so, and come once somebody has signed in', async () => {
    const { store, connect, next, tell, asked } = rig(['team-a']);
    connect(true);
    (await next('runs/watch')).fail(new SlipwayError('signIn.required', 'You are not signed in to team-a.'));
    await settled();
    expect(store.contexts).toMatchObject([{ state: 'stale', reason: 'You are not signed in to team-a.' }]);
    tell('identity/changed', { context: 'team-a', signIn: { state: 'signedOut' } });
    tell('identity/changed', { context: 'team-b', signIn: { state: 'signedIn' } });
    expect(asked).toEqual([]);
    tell('identity/changed', { context: 'team-a', signIn: { state: 'signedIn' } });
    (await next('runs/watch')).answer({});
    (await next('runs/list')).answer({ runs: [run('b2', { context: 'team-a' })] });
    await settled();
    expect(store.contexts).toMatchObject([{ state: 'live', reason: undefined }]);
    tell('identity/changed', { context: 'team-a', signIn: { state: 'signedIn' } });
    expect(asked, 'what is live is not read for a token that was renewed').toEqual([]);
  });
});
