import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPretendNode, kubectl, removePretendNode } from '../../cluster/cluster.mjs';
import { notebook, type Started } from '../cli/slipway.ts';
import { ClusterMachine } from './clusterMachine.ts';

/** Makes names that nothing else has. */
const suffix = (): string => randomBytes(3).toString('hex');
/** A node without a machine, where no run can go. */
const elsewhere = `elsewhere-${suffix()}`;
const made: string[] = [];
const machines: ClusterMachine[] = [];

beforeAll(async () => {
  await addPretendNode(elsewhere);
});

afterAll(async () => {
  for (const machine of machines) await machine.dispose();
  await removePretendNode(elsewhere);
  for (const object of made) await kubectl(['delete', object, '--ignore-not-found', '--wait=false']);
});

async function apply(object: { kind: string; metadata: { name: string; namespace?: string } }): Promise<void> {
  await kubectl(['apply', '-f', '-'], { input: JSON.stringify(object) });
  if (object.metadata.namespace === undefined) made.push(`${object.kind}/${object.metadata.name}`);
}

/** A space whose runs lie on a claim with a volume of our making. */
async function spaceWithVolume(part: string, source: object): Promise<ClusterMachine> {
  const at = await ClusterMachine.create(`held-${part}`, { volume: { kind: 'claim', claimName: 'team-data' } });
  machines.push(at);
  await at.machine.write('a.ipynb', notebook(['print(1)']));
  const { namespace } = at;
  const name = `held-${part}-${suffix()}`;
  const size = { storage: '1Gi' };
  const accessModes = ['ReadWriteOnce'];
  await apply({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      capacity: size,
      accessModes,
      storageClassName: '',
      persistentVolumeReclaimPolicy: 'Retain',
      claimRef: { namespace, name: 'team-data' },
      ...source,
    },
  } as Parameters<typeof apply>[0]);
  await apply({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'team-data', namespace },
    spec: { accessModes, storageClassName: '', volumeName: name, resources: { requests: size } },
  } as Parameters<typeof apply>[0]);
  await at.kubectl('wait', 'pvc/team-data', '--for=jsonpath={.status.phase}=Bound', '--timeout=240s');
  return at;
}

async function cancelled(at: ClusterMachine, started: Started): Promise<void> {
  const [, run = ''] = /^run +(\S+)$/m.exec(started.output()) ?? [];
  expect((await at.typed(['cancel', run])).exitCode).toBe(0);
  expect((await started.ended).exitCode).toBe(3);
}

describe.concurrent('a volume that another node has', () => {
  it('for good: refused first; sent all the same, the run says what it waits for', async () => {
    const values = [elsewhere];
    const at = await spaceWithVolume('pinned', {
      local: { path: '/nowhere' },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values }] }],
        },
      },
    });
    const refused = await at.typed(['run', 'a.ipynb']);
    expect(refused.exitCode, refused.stdout + refused.stderr).toBe(4);
    const place = `${elsewhere} (tainted testbed.local/no-machine)`;
    expect(refused.stderr.replaceAll(/\s+/g, ' ')).toContain(
      `the volume of claim team-data is on ${place}, where the run cannot go`,
    );
    expect(await at.names(['pipelinerun'])).toEqual([]);
    const started = at.start(['run', 'a.ipynb', '--no-preflight']);
    await started.until(/1 where its volume cannot be/);
    await cancelled(at, started);
  });

  it('as long as a pod there has it: told first, and while the run waits', async () => {
    const driver = `held-${suffix()}.testbed.local`;
    await apply({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSIDriver',
      metadata: { name: driver },
      spec: { attachRequired: true },
    } as Parameters<typeof apply>[0]);
    const at = await spaceWithVolume('attached', { csi: { driver, volumeHandle: driver } });
    await holdOn(at, driver);
    const started = at.start(['run', 'a.ipynb']);
    await started.until(/its volume is in use on another node \(Volume is already used by pod\(s\) holder\)/);
    expect(started.output().replaceAll(/\s+/g, ' ')).toContain(
      `claim team-data (ReadWriteOnce) is in use on node ${elsewhere} by pod holder, where the run cannot go`,
    );
    await cancelled(at, started);
  });
});

/** A pod on the other node, and the volume attached there: what the driver would say, we say. */
async function holdOn(at: ClusterMachine, driver: string): Promise<void> {
  // Without it the controller leaves the attaching to the node.
  await kubectl(['annotate', 'node', elsewhere, 'volumes.kubernetes.io/controller-managed-attach-detach=true']);
  const container = { name: 'hold', image: 'testbed.local/busybox:1', command: ['sleep', '600'] };
  await apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'holder', namespace: at.namespace },
    spec: {
      nodeName: elsewhere,
      terminationGracePeriodSeconds: 0,
      containers: [{ ...container, volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'team-data' } }],
    },
  } as Parameters<typeof apply>[0]);
  const attachment = await at.until('the volume is to be attached', async () => {
    const all = JSON.parse(await kubectl(['get', 'volumeattachments', '-o', 'json'])) as {
      items: { metadata: { name: string }; spec: { attacher: string } }[];
    };
    return all.items.find(({ spec }) => spec.attacher === driver)?.metadata.name;
  });
  made.push(`VolumeAttachment/${attachment}`);
  const patch = JSON.stringify({ status: { attached: true } });
  await kubectl(['patch', 'volumeattachment', attachment, '--subresource=status', '--type=merge', '-p', patch]);
}
