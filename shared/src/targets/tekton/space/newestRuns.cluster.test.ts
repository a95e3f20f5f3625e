import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { resources, systemClock } from '../../../kubernetes/index.ts';
import { dayOf, labels } from '../../../pipeline/index.ts';
import { TestSpace } from '../submit/testing/testSpace.ts';
import { NewestRuns, type Newest } from './newestRuns.ts';
import { RunRows } from './runRows.ts';

const { signal } = new AbortController();
let space: TestSpace;

/** For each try, since tests change what is there. */
beforeEach(async () => {
  space = await TestSpace.open(signal, 'newest');
  // Tekton's would not let anybody else write a status.
  const metadata = { labels: { 'webhooks.knative.dev/exclude': 'true' } };
  const namespace = { type: resources.namespaces, name: space.api.cluster.namespace };
  await space.api.patch(namespace, { metadata }, { kind: 'merge' }, z.unknown(), signal);
  // Echo and bravo are ours; delta says that it is charlie, which is not believed.
  const told = new Map([
    ['echo', { [labels.run]: 'echo', [labels.day]: today }],
    ['bravo', { [labels.run]: 'bravo', [labels.day]: today }],
    ['delta', { [labels.run]: 'charlie' }],
  ]);
  for (const name of ['delta', 'alpha', 'echo', 'bravo', 'charlie']) await make(name, told.get(name));
  begun = Math.ceil(Date.now() / 1_000) * 1_000;
  for (const name of ['delta', 'alpha', 'echo', 'charlie']) await end(name, 'True', 'Succeeded');
});

afterEach(async () => {
  await space.dispose(signal);
});

const path = (name?: string) => ({ type: resources.pipelineRuns, namespace: space.api.cluster.namespace, name });

const today = dayOf(Date.now()) ?? '';
const daysAgo = dayOf(Date.now() - 5 * 86_400_000) ?? '';

/** One that Tekton leaves waiting. */
async function make(name: string, ownLabels: Readonly<Record<string, string>> = {}): Promise<void> {
  const steps = [{ name: 'work', image: 'testbed.local/busybox:1', script: 'true' }];
  const body = {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    metadata: { name, labels: ownLabels },
    spec: {
      status: 'PipelineRunPending',
      pipelineSpec: { tasks: [{ name: 'work', taskSpec: { steps } }] },
    },
  };
  await space.api.create(path(), body, {}, z.unknown(), signal);
  // Times are kept in seconds: the next one shall be newer.
  await systemClock.sleep(1_100, signal);
  // A busy Tekton comes to it later, and would write over what a test has written.
  const seen = z.object({ status: z.object({ conditions: z.array(z.unknown()).min(1) }) });
  await expect
    .poll(async () => seen.safeParse(await space.api.get(path(name), z.unknown(), signal)).success)
    .toBe(true);
}

/** As if it had run for seven seconds from now on. */
async function end(name: string, status: string, reason: string): Promise<void> {
  const [startTime, completionTime] = [0, 7_000].map((ms) => new Date(endedAt(ms)).toISOString().slice(0, 19) + 'Z');
  const condition = { type: 'Succeeded', status, reason, message: 'as written', lastTransitionTime: completionTime };
  const body = { status: { startTime, completionTime, conditions: [condition] } };
  await space.api.patch({ ...path(name), subresource: 'status' }, body, { kind: 'merge' }, z.unknown(), signal);
}

/** Not before they were made: Tekton would put it right. Epoch ms. */
let begun = 0;
const endedAt = (ms: number) => begun + ms;

function reader(): NewestRuns {
  return new NewestRuns({ api: space.api, context: 'c', clock: systemClock, onManyRuns: () => undefined, fewRuns: 0 });
}

function allRows(): RunRows {
  return new RunRows({
    api: space.api,
    context: 'c',
    clock: systemClock,
    random: Math.random,
    onChange: () => undefined,
    onState: () => undefined,
    onManyRuns: () => undefined,
  });
}

function differences(newest: NewestRuns, rows: RunRows): string[] {
  return [...newest.differences(rows.items)].map(({ kind, run }) => `${run} ${kind}`).sort();
}

async function read(newest: NewestRuns, limit: number): Promise<Newest> {
  const found = await newest.read(limit, signal);
  if (found === undefined) throw new Error('the newest could not be told');
  return found;
}

describe('the newest runs of a space', () => {
  it('are those that were made last, among all names, with exact times', async () => {
    const newest = reader();
    const { names, all } = await read(newest, 3);
    expect(names).toEqual(['charlie', 'bravo', 'echo']);
    expect([...all.keys()].sort()).toEqual(['alpha', 'bravo', 'charlie', 'delta', 'echo']);
    expect(newest.row('charlie')).toMatchObject({
      state: 'succeeded',
      title: 'charlie',
      startedAt: endedAt(0),
      finishedAt: endedAt(7_000),
    });
    // It goes on: it has to be read.
    expect(newest.row('bravo')).toBeUndefined();
  });

  it('are compared with all rows once those are there', async () => {
    const newest = reader();
    newest.beginComparing();
    await read(newest, 5);
    await make('foxtrot');
    await end('bravo', 'False', 'Failed');
    await space.api.delete(path('delta'), {}, signal);
    const rows = allRows();
    try {
      await rows.answered(signal);
      expect(differences(newest, rows)).toEqual(['bravo changed', 'delta gone', 'foxtrot changed']);
      expect([...newest.differences(rows.items)]).toEqual([]);
    } finally {
      rows.dispose();
    }
  });

  it('are all of them for a list that nobody corrects, and soon for a watch, whatever their labels say', async () => {
    await make('foxtrot', { [labels.run]: 'foxtrot', [labels.day]: daysAgo });
    await end('foxtrot', 'True', 'Succeeded');
    expect((await read(reader(), 3)).names).toEqual(['foxtrot', 'charlie', 'bravo']);
    const newest = reader();
    newest.beginComparing();
    const { names, all } = await read(newest, 3);
    expect(names).toEqual(['charlie', 'bravo', 'echo']);
    expect([...all.keys()].sort()).toEqual(['alpha', 'bravo', 'charlie', 'delta', 'echo']);
    const rows = allRows();
    try {
      await rows.answered(signal);
      expect(differences(newest, rows)).toEqual(['foxtrot changed']);
    } finally {
      rows.dispose();
    }
  });

  it('are looked for among all where those of the last days are too few', async () => {
    await make('foxtrot', { [labels.run]: 'foxtrot', [labels.day]: daysAgo });
    await make('golf', { [labels.run]: 'golf', [labels.day]: '2020-01-01' });
    await make('hotel', { [labels.run]: 'hotel', [labels.day]: dayOf(Date.now() - 20 * 86_400_000) ?? '' });
    const newest = reader();
    newest.beginComparing();
    expect((await read(newest, 8)).names.slice(0, 4)).toEqual(['hotel', 'golf', 'foxtrot', 'charlie']);
    // What no request names, because it is too long ago, comes along.
    expect((await read(newest, 3)).names).toEqual(['golf', 'charlie', 'bravo']);
  });
});
