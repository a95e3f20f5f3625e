import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFaultProxy, type Fault, type FaultProxy } from '../../cluster/faultProxy.ts';
import { notebook, type Ended } from '../cli/slipway.ts';
import { adminRequest, pathOf } from './adminRequest.ts';
import { ClusterMachine, profile } from './clusterMachine.ts';

let ada: ClusterMachine;
let proxy: FaultProxy;

beforeAll(async () => {
  ada = await ClusterMachine.create('older');
  const { kubeconfig } = ada.cluster;
  proxy = await startFaultProxy({ kubeconfig, folder: ada.machine.folder });
  await ada.writeContext({ profile, kubeconfig: proxy.kubeconfig });
  await ada.machine.write('a.ipynb', notebook(['print(1)']));
});

afterAll(async () => {
  await proxy.dispose();
  await ada.dispose();
});

/** The API server's clock, as its answers tell, is so far from ours. */
function skew(ms: number): () => void {
  return proxy.on(/^GET \/version/, {
    kind: 'headers',
    headers: () => ({ date: new Date(Date.now() + ms).toUTCString() }),
  });
}

/** Starts a run, and takes it away again: nobody waits for its end. */
async function sent(): Promise<Ended> {
  const ended = await ada.typed(['run', '--detach', '--', 'true']);
  expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);
  const [, run = ''] = /^run +(\S+)$/m.exec(ended.stdout) ?? [];
  const taken = await adminRequest(ada.cluster.kubeconfig, 'DELETE', pathOf(`pipelinerun/${run}`, ada.namespace));
  expect(taken, ended.stdout).toBeDefined();
  return ended;
}

describe('a cluster whose clock is wrong', () => {
  it.each([
    ['behind', -600_000, /clock -(59\d|60\d)\.\d s/],
    ['ahead', 600_000, /clock \+(59\d|60\d)\.\d s/],
  ])('%s: the look before a run says so, and the run starts all the same', async (_, ms, said) => {
    const heal = skew(ms);
    try {
      const ended = await sent();
      expect(ended.stderr).toMatch(said);
      expect(ended.stderr).toContain('Set the clock of this machine, or of the cluster');
    } finally {
      heal();
    }
  });

  it('a little: nothing is said', async () => {
    const heal = skew(20_000);
    try {
      const ended = await sent();
      expect(ended.stderr).not.toContain('clock');
    } finally {
      heal();
    }
  });
});

describe('a Tekton of before tekton.dev/v1 (fixture)', () => {
  const v1beta1 = { groupVersion: 'tekton.dev/v1beta1', version: 'v1beta1' };
  const group = {
    kind: 'APIGroup',
    apiVersion: 'v1',
    name: 'tekton.dev',
    versions: [v1beta1, { groupVersion: 'tekton.dev/v1alpha1', version: 'v1alpha1' }],
    preferredVersion: v1beta1,
  };
  // What an API server answers for a version that it does not have.
  const unknown: Fault = {
    kind: 'answer',
    status: 404,
    headers: { 'content-type': 'text/plain' },
    body: '404 page not found\n',
  };

  beforeAll(() => {
    proxy.on(/^\w+ \/apis\/tekton\.dev\/v1(?:[/?]|$)/, unknown);
    proxy.on(/^GET \/apis\/tekton\.dev(?:\?|$)/, { kind: 'answer', status: 200, body: JSON.stringify(group) });
  });

  it('is named before anything is sent, with what to upgrade', async () => {
    const ended = await ada.typed(['run', 'a.ipynb']);
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(4);
    expect(ended.stderr).toMatch(
      /older Tekton Pipelines, with the API tekton\.dev\/v1beta1 and v1alpha1 and not yet v1/,
    );
    expect(ended.stderr).toMatch(/upgrade Tekton Pipelines to 0\.50 or newer/);
  });

  it('is named where a run is sent all the same, and where runs are listed', async () => {
    for (const args of [['run', 'a.ipynb', '--no-preflight'], ['runs']]) {
      const ended = await ada.typed(args);
      expect(ended.exitCode, ended.stdout + ended.stderr).toBe(4);
      expect(ended.stderr).toMatch(/does not know pipelineruns of tekton\.dev\/v1/);
      expect(ended.stderr).toMatch(/Tekton Pipelines, or a version that serves this one/);
    }
  });

  it('is named by the doctor, the clock too; what builds on it is not tried', async () => {
    const heal = skew(-600_000);
    try {
      const ended = await ada.typed(['doctor']);
      expect(ended.exitCode, ended.stdout + ended.stderr).toBe(1);
      expect(ended.stdout).toMatch(/clock -(59\d|60\d)\.\d s/);
      expect(ended.stdout).toMatch(/upgrade Tekton Pipelines to 0\.50 or newer/);
      expect((await ada.names(['pod'], 'slipway.dev/run')).join(' ')).not.toContain('doctor');
    } finally {
      heal();
    }
  });
});
