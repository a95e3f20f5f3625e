import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '../../../shared/src/protocol/index.ts';
import { context } from './clusterMachine.ts';
import { minutes, patienceMs, toldLive, toldStale } from './faultTruth.ts';
import { FaultyCore, until } from './faultyCore.ts';

const never = new AbortController().signal;
let faulty: FaultyCore;

beforeAll(async () => {
  faulty = await FaultyCore.create('space');
});

afterAll(async () => {
  await faulty.dispose();
});

const list = async () => (await faulty.core.handlers['runs/list']({ context }, never)).runs;
const get = (run: string) => faulty.core.handlers['runs/get']({ run, context }, never);
const remove = (run: string) =>
  faulty.machine.kubectl('delete', 'pipelinerun', run, '--wait=true', '--ignore-not-found');

/** Waits until the watching client was told of such a run. */
function told(name: string, what: (run: Run) => boolean): Promise<Run> {
  return until(`${name} is told of`, patienceMs, () => faulty.seenOf(name).find(what));
}

/** A name that nothing else in the space has. */
let names = 0;
const named = (name: string) => `${name}-${(names += 1)}`;
let theirs = '';

describe('a space that others use too', () => {
  it('tells of a run by kubectl, follows it and lists it', async () => {
    theirs = named('theirs');
    await faulty.createByHand(theirs, 'echo hello; sleep 2; exit 3');
    await told(theirs, ({ state }) => state === 'running');
    const ended = await faulty.ended(theirs, patienceMs);
    expect(ended).toMatchObject({ state: 'failed', foreign: true, title: theirs });
    expect(ended.steps).toMatchObject([{ name: 'build/print', state: 'failed', exitCode: 3 }]);
    expect((await list()).filter(({ name }) => name === theirs)).toMatchObject([{ state: 'failed' }]);
    const { batches } = await faulty.core.handlers['logs/read']({ run: theirs, context, position: '' }, never);
    expect(batches.map(({ data }) => data).join('')).toBe('hello\n');
  });

  it('remembers a run that ended after it was deleted', async () => {
    const before = await get(theirs);
    await remove(theirs);
    // A run that comes later is told of later.
    const later = named('later');
    await faulty.createByHand(later, 'true');
    await faulty.ended(later, patienceMs);
    expect(faulty.deleted).toEqual([]);
    expect(await get(theirs)).toEqual(before);
    expect((await list()).map(({ name }) => name)).toEqual(expect.arrayContaining([later, theirs]));
  });

  it('says that a run is lost whose PipelineRun is deleted while it goes on', async () => {
    const doomed = named('doomed');
    await faulty.createByHand(doomed, 'sleep 600');
    await told(doomed, ({ state }) => state === 'running');
    await remove(doomed);
    const ended = await faulty.ended(doomed, patienceMs);
    expect(ended).toMatchObject({ state: 'lost', reason: 'its PipelineRun was deleted before it had ended' });
  });

  it('takes a run for another one that was made anew under its name', async () => {
    const again = named('again');
    await faulty.createByHand(again, 'exit 1');
    expect((await faulty.ended(again, patienceMs)).state).toBe('failed');
    // With its pod: Tekton takes one that is still there for the pod of the next run of that name.
    await faulty.machine.kubectl('delete', 'pipelinerun', again, '--cascade=foreground', '--wait=true');
    await faulty.createByHand(again, 'sleep 1');
    await until('the first one is told to be gone', patienceMs, () =>
      faulty.deleted.includes(again) ? true : undefined,
    );
    const second = await told(again, ({ state }) => state === 'succeeded');
    expect(await get(again)).toEqual(second);
  });

  it('tells everybody of a run that was deleted here', async () => {
    const run = named('deleted');
    await faulty.createByHand(run, 'true');
    await faulty.ended(run, patienceMs);
    await faulty.core.handlers['runs/delete']({ run, context }, never);
    await until('the deletion is told', patienceMs, () => (faulty.deleted.includes(run) ? true : undefined));
    expect((await list()).map(({ name }) => name)).not.toContain(run);
    await expect(get(run)).rejects.toMatchObject({ code: 'run.notFound' });
  });

  it('tells who comes while there is no news, and lets nobody wait for a list for long', async () => {
    const from = Date.now();
    await faulty.proxy.refuse();
    faulty.proxy.cut();
    try {
      await toldStale(faulty, from);
      const another = faulty.core.openSession(undefined);
      const heard: string[] = [];
      another.onNotification((name, params) => {
        if (name === 'context/changed' && 'state' in params) heard.push(params.state);
      });
      await another.handlers['runs/watch']({ context }, never);
      expect(heard).toEqual(['stale']);
      await another.dispose();
      // What was known stays in sight.
      expect((await list()).length).toBeGreaterThan(1);
    } finally {
      await faulty.proxy.accept();
    }
    await toldLive(faulty);
  });

  it(
    'leaves no connection when it is closed while runs go on',
    async () => {
      const other = await FaultyCore.create('leaving');
      try {
        const run = await other.submitLines();
        await other.createByHand('beside', 'i=0; while [ $i -lt 600 ]; do echo $i; i=$((i+1)); sleep 1; done');
        const log = other.follow(run.name);
        await log.goesOn('command');
        await until('the other one is followed', patienceMs, () =>
          other.seenOf('beside').find(({ state }) => state === 'running'),
        );
        // Of the rows, of three kinds of objects, and of a log.
        expect(other.proxy.open.length).toBeGreaterThanOrEqual(5);
        log.stop();
        await other.core.dispose();
        await until('all requests have ended', patienceMs, () => (other.proxy.open.length === 0 ? true : undefined));
        const asked = other.proxy.requests.length;
        await sleep(6_000);
        expect(other.proxy.requests.slice(asked)).toEqual([]);
        expect(other.said).toEqual([]);
        await expect(other.core.handlers['runs/list']({ context }, never)).rejects.toBeDefined();
        expect(other.proxy.open).toEqual([]);
      } finally {
        await other.dispose();
      }
    },
    20 * minutes,
  );
});
