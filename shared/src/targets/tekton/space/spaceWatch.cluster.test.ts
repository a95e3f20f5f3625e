import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type KubernetesApi, resources, systemClock } from '../../../kubernetes/index.ts';
import { objectSchema, pipelineRunSchema } from '../submit/clusterObjects.ts';
import { sameApi } from '../submit/testing/mortalApi.ts';
import { TestSpace } from '../submit/testing/testSpace.ts';
import { RunHistory } from './runHistory.ts';
import type { RunProgressSource } from './runProgress.ts';
import { SpaceWatch } from './spaceWatch.ts';

const { signal } = new AbortController();
/** It waits to be started, which nobody does. */
const waiting = 'waiting-7f3a';
/** Its pipeline is not there, so that it has ended at once. */
const ended = 'ended-7f3a';
let cluster: TestSpace;
let folder: string;

beforeAll(async () => {
  cluster = await TestSpace.open(signal, 'watch');
  await create(waiting, { status: 'PipelineRunPending' });
  await create(ended, {});
  const path = cluster.objects.path(resources.pipelineRuns, ended);
  await cluster.until(async () => {
    const { status } = await cluster.api.get(path, pipelineRunSchema, signal);
    return status?.conditions.some((condition) => condition.status === 'False');
  }, signal);
});
afterAll(() => cluster.dispose(signal));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-space-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function create(name: string, spec: object, of = cluster): Promise<void> {
  const body = {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    metadata: { name },
    spec: { pipelineRef: { name: 'nowhere' }, ...spec },
  };
  await of.api.create(of.objects.path(resources.pipelineRuns), body, {}, objectSchema, signal);
}

interface Opened {
  readonly space: SpaceWatch;
  readonly watched: readonly string[];
  /** Names of runs that were read. */
  readonly reads: readonly string[];
  /** Answers to reads of runs wait from now on, until what it returns is called. */
  readonly holdReads: () => () => void;
}

/** The space on the cluster, whose requests are written down. */
function openSpace({ api: real } = cluster): Opened {
  const watched: string[] = [];
  const reads: string[] = [];
  let held = Promise.resolve();
  const holdReads = (): (() => void) => {
    const gate = new EventEmitter();
    held = once(gate, 'open').then(() => undefined);
    return () => gate.emit('open');
  };
  const api: KubernetesApi = {
    ...sameApi(real),
    get: async (path, schema, stop) => {
      if (path.type === resources.pipelineRuns) reads.push(path.name ?? '');
      const object = await real.get(path, schema, stop);
      await held;
      return object;
    },
    stream: (path, query, options, stop) => {
      const { fieldSelector, labelSelector, watch } = query;
      if (watch === true) watched.push([path.type.plural, fieldSelector ?? labelSelector ?? 'all'].join(' '));
      return real.stream(path, query, options, stop);
    },
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
    onError: (error) => {
      throw error;
    },
  });
  return { space, watched, reads, holdReads };
}

it('watches for who follows a run that run alone, and all runs once somebody wants to hear of all', async () => {
  const { space, watched } = openSpace();
  const ofTheRun = [
    `pipelineruns metadata.name=${waiting}`,
    `taskruns tekton.dev/pipelineRun=${waiting}`,
    `pods tekton.dev/pipelineRun=${waiting}`,
  ];
  // Each is listed as a stream, and then watched.
  const kinds = (): readonly string[] => [...new Set(watched)];
  space.watch(() => undefined, 'asked');
  await space.events(waiting, signal);
  // A watch of all runs would have begun by now.
  await systemClock.sleep(500, signal);
  expect(kinds()).toEqual(ofTheRun);
  space.watch(() => undefined, 'all');
  await expect.poll(kinds).toEqual([...ofTheRun, 'pipelineruns all']);
  await space.dispose();
});

it('tells of many runs why each waits, by one watch for each kind of object', async () => {
  const crowded = await TestSpace.open(signal, 'crowded');
  try {
    const steps = [{ name: 's', image: 'testbed.local/runner:1', script: 'true' }];
    const names = Array.from({ length: 8 }, (_, at) => `placeless-${at}`);
    const placeless = {
      pipelineRef: undefined,
      pipelineSpec: { tasks: [{ name: 't', taskSpec: { steps } }] },
      taskRunTemplate: { podTemplate: { nodeSelector: { 'slipway.test/nowhere': 'true' } } },
    };
    for (const name of names) await create(name, placeless, crowded);
    const { space, watched } = openSpace(crowded);
    space.watch(() => undefined, 'all');
    await space.list(signal);
    const why = 'without label slipway.test/nowhere=true';
    // There may be pretend nodes of other tests, which do not have it either.
    const told = async (name: string) => {
      const { reason = '' } = (await space.events(name, signal)).findLast((event) => event.type === 'waiting') ?? {};
      return reason.includes(why) ? why : reason;
    };
    await expect.poll(() => Promise.all(names.map(told))).toEqual(names.map(() => why));
    // One that comes later, and one of them that ends.
    await create('later', placeless, crowded);
    await expect.poll(() => told('later')).toBe(why);
    const path = crowded.objects.path(resources.pipelineRuns, 'later');
    await crowded.api.patch(path, { spec: { status: 'Cancelled' } }, { kind: 'merge' }, objectSchema, signal);
    await expect.poll(async () => (await space.events('later', signal)).at(-1)?.type).toBe('finished');
    const shared = ['pipelineruns all', 'taskruns tekton.dev/pipelineRun', 'pods tekton.dev/pipelineRun'];
    expect([...new Set(watched)].sort()).toEqual(shared.sort());
    await space.dispose();
  } finally {
    await crowded.dispose(signal);
  }
});

it('lists no run that was deleted, although the watch of all runs has not heard of it yet', async () => {
  const { space } = openSpace();
  expect((await space.list(signal)).toSorted()).toEqual([ended, waiting]);
  expect(space.row(ended)?.state).toBe('failed');
  await space.forget(ended);
  expect(await space.list(signal)).toEqual([waiting]);
  expect(space.row(ended)).toBeUndefined();
  await space.dispose();
});

it('keeps nothing of a run that was deleted while it was read', async () => {
  const { space, reads, holdReads } = openSpace();
  const go = holdReads();
  const reading = space.events(ended, signal);
  await expect.poll(() => reads).toEqual([ended]);
  await space.forget(ended);
  go();
  expect((await reading).at(-1)).toMatchObject({ type: 'finished', state: 'failed' });
  expect(await new RunHistory(join(folder, 'history')).names()).toEqual([]);
  await space.dispose();
});
