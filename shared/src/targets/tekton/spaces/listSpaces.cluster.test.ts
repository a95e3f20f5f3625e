import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { openCluster, systemClock, type KubernetesApi } from '../../../kubernetes/index.ts';
import { testCluster } from '../../../kubernetes/testing/testCluster.ts';
import { idToken, kubectl } from '../../../../../test/cluster/cluster.mjs';
import { listSpaces } from './listSpaces.ts';

const { signal } = new AbortController();
const gpus = 'nvidia.com/gpu';
const definition = 'projects.project.openshift.io';

/** Of each try. */
let id: string;
let own: string;
let foreign: string;
let folder: string;
let person: KubernetesApi;

beforeEach(async () => {
  id = randomBytes(3).toString('hex');
  [own, foreign] = [`spaces-own-${id}`, `spaces-foreign-${id}`];
  folder = await mkdtemp(join(tmpdir(), 'slipway-spaces-'));
  for (const namespace of [own, foreign]) await kubectl(['create', 'namespace', namespace]);
  await kubectl(['create', 'quota', 'team', '--hard=requests.nvidia.com/gpu=1,pods=20', '--namespace', own]);
  const verbs = '--verb=create,get,list,watch,patch,delete';
  await kubectl(['create', 'role', 'runner', verbs, '--resource=pipelineruns.tekton.dev', '--namespace', own]);
  await kubectl(['create', 'role', 'reader', '--verb=list', '--resource=resourcequotas', '--namespace', own]);
  for (const role of ['runner', 'reader']) {
    await kubectl(['create', 'rolebinding', role, `--role=${role}`, `--group=oidc:${id}`, '--namespace', own]);
  }
  person = await openAs(idToken(`${id}@example.com`, { groups: [id] }));
});

afterEach(async () => {
  person.dispose();
  await kubectl(['delete', 'namespace', own, foreign, '--wait=false']);
  await kubectl(['delete', 'clusterrole,clusterrolebinding', `spaces-${id}`, '--ignore-not-found']);
  await kubectl(['delete', 'crd', definition, '--ignore-not-found']);
  await rm(folder, { recursive: true });
});

async function openAs(token: string): Promise<KubernetesApi> {
  const { apiUrl, certificateAuthority } = await testCluster();
  const kubeconfig = join(folder, 'kubeconfig');
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: apiUrl, 'certificate-authority': certificateAuthority } }],
    users: [{ name: 'u', user: { token } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', namespace: own } }],
    'current-context': 'x',
  };
  await writeFile(kubeconfig, stringify(content), { mode: 0o600 });
  return openCluster({
    context: 'lab',
    kubeconfig,
    kubeconfigContext: undefined,
    namespace: undefined,
    env: {},
    homedir: folder,
    signal,
    clock: systemClock,
  });
}

/** Lets the person list these, all over the cluster. */
async function mayList(resources: string): Promise<void> {
  await kubectl(['create', 'clusterrole', `spaces-${id}`, '--verb=list', `--resource=${resources}`]);
  await kubectl(['create', 'clusterrolebinding', `spaces-${id}`, `--clusterrole=spaces-${id}`, `--group=oidc:${id}`]);
}

/** OpenShift's list of a person's own namespaces, as an API of this cluster. */
async function serveProjects(names: readonly string[]): Promise<void> {
  const definitionOfProjects = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: definition },
    spec: {
      group: 'project.openshift.io',
      scope: 'Cluster',
      names: { kind: 'Project', plural: 'projects', singular: 'project', listKind: 'ProjectList' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  };
  await kubectl(['apply', '-f', '-'], { input: stringify(definitionOfProjects) });
  await kubectl(['wait', '--for=condition=Established', `crd/${definition}`, '--timeout=60s']);
  for (const name of names) {
    const project = { apiVersion: 'project.openshift.io/v1', kind: 'Project', metadata: { name } };
    await kubectl(['apply', '-f', '-'], { input: stringify(project) });
  }
}

const spacesOf = (named: readonly string[] = []) =>
  listSpaces(person, { current: own, named, groups: [id] }, gpus, signal);

describe('the spaces of a person', () => {
  it('are told with rights and quota where nothing may be listed, and what could not be seen', async () => {
    const { spaces, notes } = await spacesOf([foreign]);
    expect(spaces.map(({ name, current }) => [name, current])).toEqual([
      [own, true],
      [foreign, false],
    ]);
    expect(spaces[0]?.missing).not.toContain('create pipelineruns.tekton.dev');
    expect(spaces[0]?.missing).toContain('create configmaps');
    expect(spaces[0]?.quota).toEqual(
      expect.arrayContaining([
        { resource: 'requests.nvidia.com/gpu', used: '0', hard: '1' },
        { resource: 'pods', used: '0', hard: '20' },
      ]),
    );
    expect(spaces[1]).toMatchObject({ allowed: 0, quota: [] });
    expect(notes).toEqual([
      expect.stringContaining('You may not list namespaces'),
      expect.stringContaining('You may not see nodes'),
    ]);
  });

  it('are the projects of OpenShift where namespaces may not be listed, with the GPUs that are free', async () => {
    await serveProjects([own, foreign]);
    await mayList('projects.project.openshift.io,nodes,pods');
    const { spaces, notes } = await spacesOf();
    // In the other one nothing is allowed: it is no space of theirs.
    expect(spaces.map(({ name }) => name)).toEqual([own]);
    // The two of this machine; tests beside this one lend the cluster others.
    expect(spaces[0]?.gpus).toBeGreaterThanOrEqual(2);
    expect(spaces[0]?.gpusFree).toEqual(expect.any(Number));
    expect(notes).toEqual([]);
  });
});
