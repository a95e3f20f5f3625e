import { describe, expect, it, vi } from 'vitest';
import { type NotificationName, type NotificationParams, SlipwayError } from '../protocol/index.ts';
import { type DevEnvSource, DevEnvStore } from './devEnvStore.ts';
import { Emitter } from './emitter.ts';
import { NotificationEmitters } from './notificationEmitters.ts';
import { devEnvNamed } from '../protocol/testing/devEnvs.ts';

interface Asked {
  readonly name: string;
  readonly context: string | undefined;
  readonly answer: (result: unknown) => void;
  readonly fail: (error: Error) => void;
}

/** A connection whose answers come when the test says so. */
function rig(initially: readonly string[] = ['local', 'team-a']) {
  const connection = new Emitter<boolean>();
  const notifications = new NotificationEmitters();
  const asked: Asked[] = [];
  let held = 0;
  let contexts = initially;
  const source: DevEnvSource = {
    get contexts() {
      return contexts;
    },
    request: (name, params) =>
      new Promise((resolve, reject) => {
        const { context } = params as { readonly context?: string };
        asked.push({ name, context, answer: resolve as Asked['answer'], fail: reject });
      }),
    onNotification: (name, listener) => notifications.on(name, listener),
    onConnection: (listener) => connection.on(listener),
    hold: () => {
      held += 1;
      return { dispose: () => (held -= 1) };
    },
  };
  const store = new DevEnvStore(source, () => 7);
  const next = async (name: string): Promise<Asked> => {
    await vi.waitFor(() => expect(asked.map((one) => one.name)).toContain(name), { timeout: 20_000 });
    const [found] = asked.splice(
      asked.findIndex((one) => one.name === name),
      1,
    );
    if (found === undefined) throw new Error(`nobody asked for ${name}`);
    return found;
  };
  return {
    store,
    asked,
    next,
    held: () => held,
    rows: () => store.devEnvs.map(({ name, state }) => `${name} ${state}`),
    connect: (connected: boolean) => connection.fire(connected),
    tell: <Name extends NotificationName>(name: Name, params: NotificationParams<Name>) =>
      notifications.fire(name, params),
    setContexts: (there: readonly string[]) => {
      contexts = there;
      notifications.fire('contexts/changed', { contexts: [...there], current: 'local' });
    },
    /** Connects, and answers what is then asked for one cluster. */
    read: async (devEnvs: readonly unknown[]) => {
      store.begin();
      connection.fire(true);
      (await next('devenvs/watch')).answer({ watch: '1' });
      (await next('devenvs/list')).answer({ devEnvs, problems: [] });
      await settled();
    },
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the DevEnvs of a host', () => {
  it('are not asked for before somebody wants to see them, and then of clusters alone', async () => {
    const { store, connect, asked, next } = rig();
    connect(true);
    await settled();
    expect(asked).toEqual([]);
    store.begin();
    store.begin();
    expect((await next('devenvs/watch')).context).toBe('team-a');
    expect(asked).toEqual([]);
    expect(store.loaded).toBe(false);
  });

  it('are none where there is no cluster, and that is known at once', () => {
    const { store, connect } = rig(['local']);
    store.begin();
    connect(true);
    expect([store.loaded, store.contexts]).toEqual([true, []]);
  });

  it('keep news that arrive while an older list is on its way', async () => {
    const { store, connect, next, tell, rows } = rig();
    store.begin();
    connect(true);
    (await next('devenvs/watch')).answer({ watch: '1' });
    const list = await next('devenvs/list');
    tell('devenv/changed', { watch: '1', devEnv: devEnvNamed('a', { state: 'stopping' }) });
    tell('devenv/deleted', { watch: '1', context: 'team-a', name: 'b' });
    list.answer({ devEnvs: [devEnvNamed('a'), devEnvNamed('b'), devEnvNamed('c')], problems: [] });
    await settled();
    expect(rows()).toEqual(['a stopping', 'c running']);
  });

  it('that went while there was no core are gone from the next list', async () => {
    const { connect, next, read, rows, store } = rig();
    await read([devEnvNamed('a'), devEnvNamed('b')]);
    connect(false);
    expect(rows()).toEqual(['a running', 'b running']);
    expect(store.contexts).toMatchObject([{ state: 'stale', since: 7 }]);
    connect(true);
    (await next('devenvs/watch')).answer({ watch: '2' });
    (await next('devenvs/list')).answer({ devEnvs: [devEnvNamed('b')], problems: [] });
    await settled();
    expect(rows()).toEqual(['b running']);
    expect(store.contexts).toMatchObject([{ state: 'live', since: undefined }]);
  });

  it('of one cluster are shown though another cannot be asked, which says why and what helps', async () => {
    const { connect, next, store } = rig(['team-a', 'team-b']);
    store.begin();
    connect(true);
    (await next('devenvs/watch')).answer({ watch: '1' });
    const refused = new SlipwayError('cluster.forbidden', 'You may not list pods.', { action: 'Ask for it.' });
    (await next('devenvs/watch')).fail(refused);
    (await next('devenvs/list')).answer({ devEnvs: [devEnvNamed('a')], problems: [] });
    await settled();
    expect(store.contexts).toMatchObject([
      { name: 'team-a', state: 'live' },
      { name: 'team-b', state: 'stale', reason: 'You may not list pods.', action: 'Ask for it.' },
    ]);
  });

  it('say why they cannot be listed though they are watched', async () => {
    const { connect, next, store } = rig();
    store.begin();
    connect(true);
    (await next('devenvs/watch')).answer({ watch: '1' });
    const problems = [{ context: 'team-a', message: 'team-a does not answer.', action: 'Try again.' }];
    (await next('devenvs/list')).answer({ devEnvs: [], problems });
    await settled();
    expect(store.contexts).toMatchObject([{ state: 'stale', reason: 'team-a does not answer.', action: 'Try again.' }]);
    expect(store.loaded).toBe(true);
  });

  it('are shown as of when the cluster was lost, and come by themselves when it is there again', async () => {
    const { next, read, tell, store, asked } = rig();
    await read([devEnvNamed('a')]);
    tell('devenv/context', { watch: '1', context: 'team-a', state: 'stale', since: 5, reason: 'No route.' });
    tell('devenv/context', { watch: '1', context: 'team-a', state: 'stale', since: 6, reason: 'No route.' });
    expect(store.contexts).toMatchObject([{ state: 'stale', since: 5, reason: 'No route.' }]);
    tell('devenv/context', { watch: '1', context: 'team-a', state: 'live', since: 9 });
    expect(store.contexts).toMatchObject([{ state: 'live', since: undefined, reason: undefined }]);
    expect(asked, 'what was read is told of by the watch').toEqual([]);
    tell('devenv/context', { watch: '1', context: 'elsewhere', state: 'stale', since: 9 });
    expect(store.contexts).toHaveLength(1);
    store.refresh();
    await next('devenvs/list');
  });

  it('wait for the sign-in that they need, and come once somebody has signed in', async () => {
    const { connect, next, tell, store, asked } = rig();
    store.begin();
    connect(true);
    (await next('devenvs/watch')).fail(new SlipwayError('signIn.required', 'You are not signed in to team-a.'));
    await settled();
    expect(store.contexts).toMatchObject([{ state: 'stale', reason: 'You are not signed in to team-a.' }]);
    tell('identity/changed', { context: 'team-a', signIn: { state: 'signedOut' } });
    expect(asked).toEqual([]);
    tell('identity/changed', { context: 'team-a', signIn: { state: 'signedIn' } });
    await next('devenvs/watch');
  });

  it('come and go with their contexts, also while they are being read', async () => {
    const { next, read, setContexts, rows, store, tell, asked } = rig();
    await read([devEnvNamed('a')]);
    setContexts(['local', 'team-b']);
    expect(rows()).toEqual([]);
    const watch = await next('devenvs/watch');
    expect(watch.context).toBe('team-b');
    setContexts(['local']);
    watch.answer({ watch: '2' });
    await settled();
    expect(asked).toEqual([]);
    tell('devenv/changed', { watch: '1', devEnv: devEnvNamed('a') });
    expect([rows(), store.contexts]).toEqual([[], []]);
  });

  it('hold the connection while one’s own has a pod', async () => {
    const { read, held, store } = rig();
    await read([devEnvNamed('a', { mine: false }), devEnvNamed('b', { state: 'stopped' })]);
    expect(held()).toBe(0);
    store.put(devEnvNamed('b', { state: 'starting' }));
    expect(held()).toBe(1);
    store.remove('team-a', 'b');
    expect(held()).toBe(0);
    store.put(devEnvNamed('b'));
    store.dispose();
    expect(held()).toBe(0);
  });

  it('are about to stop no more when somebody has said that they work there', async () => {
    const { read, store } = rig();
    const idle = { stopAfterMs: 60_000, idleMs: 50_000, stopsAt: 1 };
    await read([devEnvNamed('a', { state: 'running', idle }), devEnvNamed('b', { state: 'stopped' })]);
    const stopped = store.get('team-a', 'b');
    for (const name of ['a', 'b', 'c']) store.worked('team-a', name);
    expect(store.get('team-a', 'a')?.idle).toEqual({ stopAfterMs: 60_000, idleMs: 0 });
    expect(store.get('team-a', 'b')).toEqual(stopped);
    expect(store.devEnvs).toHaveLength(2);
  });
});
