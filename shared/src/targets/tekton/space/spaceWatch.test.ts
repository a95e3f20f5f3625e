import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ApiStream, type KubernetesApi, systemClock } from '../../../kubernetes/index.ts';
import { condition, ourRun } from '../observe/testing/objects.ts';
import { RunHistory } from './runHistory.ts';
import type { RunProgressSource } from './runProgress.ts';
import { SpaceWatch } from './spaceWatch.ts';

const { signal } = new AbortController();
const mine = 'analysis-7f3a';
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-space-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** The Table of one run that has ended. */
const rows = {
  kind: 'Table',
  metadata: { resourceVersion: '1' },
  columnDefinitions: [{ name: 'Name' }, { name: 'Succeeded' }, { name: 'Reason' }],
  rows: [
    { cells: [mine, 'True', 'Succeeded'], object: { metadata: { name: mine, uid: 'one', resourceVersion: '1' } } },
  ],
};

/** A cluster in which one run goes on, or has ended; its watches never give anything. */
function openSpace(state: 'goesOn' | 'ended' = 'goesOn'): {
  readonly space: SpaceWatch;
  readonly watched: readonly string[];
  /** Names of runs that were read. */
  readonly reads: readonly string[];
  /** Reads of runs wait from now on, until what it returns is called. */
  readonly holdReads: () => () => void;
} {
  const watched: string[] = [];
  const reads: string[] = [];
  let held = Promise.resolve();
  const holdReads = (): (() => void) => {
    const gate = new EventEmitter();
    held = once(gate, 'open').then(() => undefined);
    return () => gate.emit('open');
  };
  const run = ourRun(['notebook'], state === 'ended' ? { conditions: [condition('True', 'Succeeded')] } : undefined);
  const refuse = (): never => {
    throw new Error('unused');
  };
  const api: KubernetesApi = {
    cluster: { context: 'team-a', server: 'https://cluster', user: 'ada', namespace: 'team-a' },
    get: async (_path, schema) => {
      reads.push(run.metadata.name);
      await held;
      return schema.parse(run);
    },
    list: () => Promise.resolve({ items: [], resourceVersion: '1', continue: '' }),
    stream: ({ type }, { fieldSelector, labelSelector, watch }, _options, ended) => {
      if (watch !== true) return Promise.resolve(answer(rows));
      watched.push([type.plural, fieldSelector ?? labelSelector ?? 'all'].join(' '));
      return new Promise((_resolve, reject) => {
        ended.addEventListener('abort', () => reject(new Error('ended')));
      });
    },
    create: refuse,
    replace: refuse,
    patch: refuse,
    delete: refuse,
    text: refuse,
    connect: refuse,
    upgrade: refuse,
    disconnect: refuse,
    dispose: refuse,
  };
  const progress: RunProgressSource = {
    lines: () => [],
    goesOn: () => false,
    cancelRequested: () => false,
    follow: () => ({ dispose: () => undefined }),
    placeChanged: () => undefined,
  };
  const space = new SpaceWatch({
    api,
    context: 'team-a',
    clock: systemClock,
    random: () => 0,
    progress,
    history: new RunHistory(join(folder, 'history')),
    onManyRuns: () => undefined,
    onError: refuse,
  });
  return { space, watched, reads, holdReads };
}

function answer(body: unknown): ApiStream {
  const bytes = Buffer.from(JSON.stringify(body));
  return {
    async *[Symbol.asyncIterator]() {
      yield await Promise.resolve(bytes);
    },
    destroy: () => undefined,
  };
}

const ofTheRun = [
  `pipelineruns metadata.name=${mine}`,
  `taskruns tekton.dev/pipelineRun=${mine}`,
  `pods tekton.dev/pipelineRun=${mine}`,
];

it('watches for who follows a run that run alone, and all runs once somebody wants to hear of all', async () => {
  const { space, watched } = openSpace();
  space.watch(() => undefined, 'asked');
  await space.events(mine, signal);
  // A watch of all runs would have begun by now.
  await systemClock.sleep(200, signal);
  expect(watched).toEqual(ofTheRun);
  space.watch(() => undefined, 'all');
  await expect.poll(() => watched).toEqual([...ofTheRun, 'pipelineruns all']);
  await space.dispose();
});

it('lists no run that was deleted, although the watch of all runs has not heard of it yet', async () => {
  const { space } = openSpace('ended');
  expect(await space.list(signal)).toEqual([mine]);
  expect(space.row(mine)?.state).toBe('succeeded');
  await space.forget(mine);
  expect(await space.list(signal)).toEqual([]);
  expect(space.row(mine)).toBeUndefined();
  await space.dispose();
});

it('keeps nothing of a run that was deleted while it was read', async () => {
  const { space, reads, holdReads } = openSpace('ended');
  const go = holdReads();
  const reading = space.events(mine, signal);
  await expect.poll(() => reads).toEqual([mine]);
  await space.forget(mine);
  go();
  expect((await reading).at(-1)).toMatchObject({ type: 'finished', state: 'succeeded' });
  expect(await new RunHistory(join(folder, 'history')).names()).toEqual([]);
  await space.dispose();
});
