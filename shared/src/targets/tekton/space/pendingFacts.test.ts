import { expect, it } from 'vitest';
import type { KubernetesApi } from '../../../kubernetes/index.ts';
import type { Pod } from '../observe/index.ts';
import { pod, unscheduled } from '../observe/testing/objects.ts';
import { readPendingFacts } from './pendingFacts.ts';

const { signal } = new AbortController();
const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'team' } }];

/** What is asked of the cluster about a run of one TaskRun with these pods. */
async function asked(pods: readonly Pod[]): Promise<readonly string[]> {
  const requests: string[] = [];
  const api: Pick<KubernetesApi, 'cluster' | 'get' | 'list'> = {
    cluster: { context: 'team-a', server: 'https://cluster', user: 'ada', namespace: 'team-a' },
    get: ({ type, name }, schema) => {
      requests.push(`${type.plural} ${name ?? ''}`);
      return Promise.resolve(schema.parse({ metadata: { name } }));
    },
    list: ({ type, namespace = 'everywhere' }, { fieldSelector = '' }) => {
      requests.push([type.plural, type.namespaced ? namespace : '', fieldSelector].filter(Boolean).join(' '));
      return Promise.resolve({ items: [], resourceVersion: '1', continue: '' });
    },
  };
  await readPendingFacts(api as KubernetesApi, ['run', 'run-task'], pods, signal);
  return requests.toSorted();
}

it('asks for the events of the run and its TaskRuns while there is no pod that waits', async () => {
  const ofOwners = ['events team-a involvedObject.name=run', 'events team-a involvedObject.name=run-task'];
  expect(await asked([])).toEqual(ofOwners);
  expect(await asked([pod('stage', { status: { phase: 'Succeeded' } })])).toEqual(ofOwners);
});

it('asks of a pod on its node for its events alone', async () => {
  const placed = pod('p', { spec: { nodeName: 'node-1', volumes }, status: { phase: 'Pending' } });
  expect(await asked([pod('stage', { status: { phase: 'Succeeded' } }), placed])).toEqual([
    'events team-a involvedObject.name=p',
  ]);
});

it('asks of a pod without a node for its claims too, and where no node takes it for the nodes', async () => {
  const ofClaim = ['events team-a involvedObject.name=p', 'events team-a involvedObject.name=team'];
  expect(await asked([pod('p', { spec: { volumes }, status: { phase: 'Pending' } })])).toEqual([
    ...ofClaim,
    'persistentvolumeclaims team',
  ]);
  expect(await asked([unscheduled('0/1 nodes are available', { volumes })])).toEqual([
    ...ofClaim,
    'nodes',
    'persistentvolumeclaims team',
    'pods everywhere status.phase!=Succeeded,status.phase!=Failed',
  ]);
});
