import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubectl } from '../../cluster/cluster.mjs';
import { devEnvProfile, LifecycleMachine } from './lifecycleMachine.ts';
import { VolumeGrower } from './volumeGrower.ts';

let life: LifecycleMachine;
let grower: VolumeGrower;
let storageClassName: string;
let name: string;

beforeAll(async () => {
  life = await LifecycleMachine.create('devenv-growing');
  storageClassName = `grows-${life.machine.namespace}`;
  const storageClass = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: storageClassName },
    provisioner: 'testbed.local/dir',
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: true,
  };
  await kubectl(['create', '-f', '-'], { input: JSON.stringify(storageClass) });
  const { devEnv } = devEnvProfile;
  await life.machine.writeContext({ profile: { ...devEnvProfile, devEnv: { ...devEnv, storageClassName } } });
  grower = new VolumeGrower(life.machine, storageClassName);
  ({ name } = await life.create('disk'));
  await life.start(name);
});

afterAll(async () => {
  await grower.stop();
  await life.dispose();
  await kubectl(['delete', 'storageclass', storageClassName]);
});

describe('the disk of a DevEnv that runs', () => {
  it('grows without a restart, and says so while it does', async () => {
    const pod = await life.uid(`pod/${name}`);
    const resized = await life.machine.slipway(['devenv', 'resize', name, '--disk', '2Gi']);
    expect(resized.exitCode, resized.stderr).toBe(0);
    expect(await life.machine.field(`pvc/${name}`, '.spec.resources.requests.storage')).toBe('2Gi');
    const words = 'its disk is being enlarged from 1Gi to 2Gi';
    expect(resized.stdout).toBe(`${name} is changed; ${words}\n`);
    expect(await life.get(name)).toMatchObject({ state: 'running', reason: words, disk: { size: '2Gi' } });
    expect((await life.machine.slipway(['devenv', 'status', name])).stdout).toContain(words);
    grower.begin();
    const grown = await life.machine.until('it has grown', async () => {
      const devEnv = await life.get(name);
      return devEnv.reason === words ? undefined : devEnv;
    });
    expect(grown).toMatchObject({ state: 'running', disk: { size: '2Gi' } });
    expect(grown.reason).toBeUndefined();
    expect(await life.machine.field(`pvc/${name}`, '.status.capacity.storage')).toBe('2Gi');
    expect(await life.uid(`pod/${name}`)).toBe(pod);
  });

  it('does not shrink again, and grows for its next start too', async () => {
    const smaller = await life.machine.slipway(['devenv', 'resize', name, '--disk', '1Gi']);
    expect(smaller.exitCode).toBe(2);
    expect(smaller.stderr).toContain(`The workspace of ${name} has 2Gi, and a disk cannot shrink.`);
    await life.stop(name);
    await life.resize(name, { diskSize: '3Gi' });
    await life.machine.until('it has grown', async () =>
      (await life.machine.field(`pvc/${name}`, '.status.capacity.storage')) === '3Gi' ? true : undefined,
    );
    expect(await life.start(name)).toMatchObject({ state: 'running', disk: { size: '3Gi' } });
  });
});
