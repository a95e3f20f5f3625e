import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSshKey } from '../../../shared/src/devenv/keys/index.ts';
import { renderClaim, renderPod, renderSecret } from '../../../shared/src/devenv/manifests/index.ts';
import { exampleDevEnvs, exampleInput } from '../../../shared/src/devenv/manifests/testing/exampleDevEnvs.ts';
import type { KubernetesObject } from '../../../shared/src/pipeline/index.ts';
import { kubectl } from '../../cluster/cluster.mjs';

/** The objects of the golden files, judged by an API server. */
const open = `t-devenv-manifests-${process.pid}`;
const restricted = `${open}-restricted`;
const surroundings = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: open } },
  {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: restricted, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  },
  ...[open, restricted].map((namespace) => {
    return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'pipeline.runner', namespace } };
  }),
  { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: `low-${open}` }, value: 1 },
  { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: `nvidia-${open}` }, handler: 'runc' },
];

const documents = (objects: readonly unknown[]): string =>
  objects.map((object) => JSON.stringify(object)).join('\n---\n');

beforeAll(async () => {
  await kubectl(['apply', '--filename', '-'], { input: documents(surroundings) });
  for (const namespace of [open, restricted]) {
    await kubectl(['wait', '--for=create', 'serviceaccount/default', '--namespace', namespace, '--timeout=240s']);
  }
});

afterAll(async () => {
  const objects = [`priorityclass/low-${open}`, `runtimeclass/nvidia-${open}`, `ns/${open}`, `ns/${restricted}`];
  await kubectl(['delete', ...objects, '--wait=false', '--ignore-not-found']);
});

/** The objects of an example as they are sent, with the cluster-wide names of this test. */
function objectsOf(name: string, namespace: string): KubernetesObject[] {
  const input = exampleInput(name, namespace);
  const { priorityClassName, runtimeClassName } = input.profile;
  const profile = {
    ...input.profile,
    ...(priorityClassName !== undefined && { priorityClassName: `low-${open}` }),
    ...(runtimeClassName !== undefined && { runtimeClassName: `nvidia-${open}` }),
  };
  return [renderSecret(input, makeSshKey(input.name)), renderClaim(input), renderPod({ ...input, profile })];
}

async function tryCreate(names: readonly string[], namespace: string): Promise<void> {
  const options = ['--dry-run=server', '--validate=strict', '--output', 'name', '--filename', '-'];
  const input = documents(names.flatMap((name) => objectsOf(name, namespace)));
  const made = await kubectl(['create', ...options], { input });
  expect(made.trim().split('\n')).toHaveLength(3 * names.length);
}

const all = Object.keys(exampleDevEnvs);

describe('the objects of DevEnvs', () => {
  it('are accepted by the API server, strictly', async () => {
    await tryCreate(all, open);
  });

  it('fulfil PodSecurity "restricted", unless the profile says that they need not', async () => {
    await tryCreate(
      all.filter((name) => name !== 'unrestricted'),
      restricted,
    );
    await expect(tryCreate(['unrestricted'], restricted)).rejects.toThrow(/violates PodSecurity "restricted/);
  });
});
