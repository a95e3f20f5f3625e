import { afterAll, beforeAll, expect, it } from 'vitest';
import { type KubernetesApi, resources } from '../../../kubernetes/index.ts';
import { objectSchema } from '../submit/clusterObjects.ts';
import { sameApi } from '../submit/testing/mortalApi.ts';
import { TestSpace } from '../submit/testing/testSpace.ts';
import { readAnswers } from './pendingFacts.ts';

const { signal } = new AbortController();
let cluster: TestSpace;

beforeAll(async () => {
  cluster = await TestSpace.open(signal, 'pending');
  const { namespace } = cluster.api.cluster;
  for (const name of ['a', 'b', 'c', 'd', 'other']) {
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name}.1` },
      involvedObject: { kind: 'Pod', name, namespace },
      reason: 'FailedScheduling',
      message: `${name} waits`,
      type: 'Warning',
    };
    await cluster.api.create({ type: resources.events, namespace }, event, {}, objectSchema, signal);
  }
});
afterAll(() => cluster.dispose(signal));

/** What is told of these objects, and what lists of events were of. */
async function toldOf(names: readonly string[]) {
  const listed: string[] = [];
  const api: KubernetesApi = {
    ...sameApi(cluster.api),
    list: (path, options, schema, stop) => {
      listed.push(options.fieldSelector ?? 'all');
      return cluster.api.list(path, options, schema, stop);
    },
  };
  const { events } = await readAnswers(api, { eventsOf: names, claims: [], nodes: false }, signal);
  return { told: events.map(({ message }) => message).toSorted(), listed };
}

it('has one list for each of few objects', async () => {
  expect(await toldOf(['a', 'b'])).toEqual({
    told: ['a waits', 'b waits'],
    listed: ['involvedObject.name=a', 'involvedObject.name=b'],
  });
});

it('has one list for many objects, and takes what is about these alone', async () => {
  expect(await toldOf(['a', 'b', 'c', 'd'])).toEqual({
    told: ['a waits', 'b waits', 'c waits', 'd waits'],
    listed: ['all'],
  });
});
