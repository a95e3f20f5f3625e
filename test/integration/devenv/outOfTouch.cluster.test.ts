import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DevEnv, NotificationParams } from '../../../shared/src/protocol/index.ts';
import type { Core } from '../../../shared/src/server/index.ts';
import { startFaultProxy, type FaultProxy } from '../../cluster/faultProxy.ts';
import { ClusterMachine, context } from '../cluster/clusterMachine.ts';
import { coreInProcess } from '../cluster/coreInProcess.ts';
import { devEnvProfile } from './lifecycleMachine.ts';

const never = new AbortController().signal;
/** What counts is what is told of objects: no node takes their pods. */
const profile = { ...devEnvProfile, nodeSelector: { 'slipway.test/nowhere': 'true' } };
const watches = /\/(pods|persistentvolumeclaims)\?.*watch=/;
let ada: ClusterMachine;
let proxy: FaultProxy;
/** Its only way to the cluster is the proxy. */
let watcher: Core;
/** Another window, which nothing cuts off. */
let other: ClusterMachine;
let actor: Core;
const told: (readonly [name: string, state: DevEnv['state'] | 'deleted'])[] = [];
const news: NotificationParams<'devenv/context'>[] = [];

beforeAll(async () => {
  ada = await ClusterMachine.create('devenv-cut');
  other = await ada.colleague();
  await other.writeContext({ profile });
  const { kubeconfig } = ada.cluster;
  proxy = await startFaultProxy({ kubeconfig, folder: ada.machine.folder });
  await ada.writeContext({ profile, kubeconfig: proxy.kubeconfig });
  [watcher, actor] = [coreInProcess(ada.machine), coreInProcess(other.machine)];
  watcher.onNotification((name, params) => {
    if (name === 'devenv/changed' && 'devEnv' in params) told.push([params.devEnv.name, params.devEnv.state]);
    if (name === 'devenv/deleted' && 'name' in params) told.push([params.name, 'deleted']);
    if (name === 'devenv/context' && 'since' in params && 'watch' in params) news.push(params);
  });
  await watcher.handlers['devenvs/watch']({ context }, never);
});

afterAll(async () => {
  await watcher.dispose();
  await actor.dispose();
  await proxy.dispose();
  await other.dispose();
  await ada.dispose();
});

const create = async (word: string, start: boolean): Promise<string> =>
  (await actor.handlers['devenvs/create']({ context, name: word, spec: {}, start }, never)).name;
const remove = (name: string) => actor.handlers['devenvs/delete']({ context, name, workspace: true }, never);
/** What was told of a DevEnv; what stays as it is counts once. */
const statesOf = (name: string) =>
  told.flatMap(([of, state]) => (of === name ? [state] : [])).filter((state, index, all) => state !== all[index - 1]);
const isTold = (name: string, state: DevEnv['state'] | 'deleted') =>
  ada.until(`${name} is told to be ${state}`, () =>
    Promise.resolve(statesOf(name).at(-1) === state ? true : undefined),
  );
const isTouch = (state: 'live' | 'stale') =>
  ada.until(`it is told to be ${state}`, () => Promise.resolve(news.at(-1)?.state === state ? true : undefined));

describe('what is told of DevEnvs', () => {
  it('over a cut is the truth afterwards: what came, changed and went meanwhile, each once', async () => {
    const [stays, changes, goes] = [
      await create('stays', false),
      await create('changes', true),
      await create('goes', false),
    ];
    await isTold(changes, 'starting');
    await isTold(goes, 'stopped');
    await isTold(stays, 'stopped');
    await proxy.refuse();
    proxy.cut();
    const before = Date.now();
    await isTouch('stale');
    expect(news.at(-1)?.since).toBeLessThanOrEqual(before + 5_000);
    expect(news.at(-1)?.reason).toBeTypeOf('string');
    await actor.handlers['devenvs/stop']({ context, name: changes }, never);
    await remove(goes);
    const comes = await create('comes', true);
    await proxy.accept();
    await isTouch('live');
    await isTold(comes, 'starting');
    await isTold(changes, 'stopped');
    await isTold(goes, 'deleted');
    expect(statesOf(stays)).toEqual(['stopped']);
    expect(statesOf(goes)).toEqual(['stopped', 'deleted']);
    // Claims and pods come in two streams: as with every new one, its claim may be there before its pod.
    expect(statesOf(comes).join()).toMatch(/^(stopped,)?starting$/);
  });

  it('after the history has gone (410) is read anew, and nothing is told twice', async () => {
    const [first, second] = [await create('first', false), await create('second', true)];
    await isTold(first, 'stopped');
    await isTold(second, 'starting');
    // Its claim is there before its pod.
    const before = statesOf(second);
    const gone = {
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      reason: 'Expired',
      code: 410,
      message: 'too old',
    };
    proxy.on(watches, { kind: 'answer', status: 410, body: JSON.stringify(gone) }, 2);
    expect(proxy.cut(watches)).toBeGreaterThan(0);
    await remove(first);
    const third = await create('third', false);
    await isTold(first, 'deleted');
    await isTold(third, 'stopped');
    expect(statesOf(first)).toEqual(['stopped', 'deleted']);
    expect(statesOf(second)).toEqual(before);
    expect(told.filter(([name]) => name === third)).toHaveLength(1);
  });

  it('while nothing comes and nothing is closed is told to be stale, and is true again afterwards', async () => {
    const late = await create('late', true);
    await isTold(late, 'starting');
    proxy.freeze();
    await actor.handlers['devenvs/stop']({ context, name: late }, never);
    await isTouch('stale');
    expect(statesOf(late).at(-1)).toBe('starting');
    proxy.thaw();
    await isTouch('live');
    await isTold(late, 'stopped');
  });
});
