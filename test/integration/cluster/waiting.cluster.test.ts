import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TeamProfile } from '../../../shared/src/protocol/index.ts';
import { kubectl } from '../../cluster/cluster.mjs';
import { json, notebook, type Ended, type Started } from '../cli/slipway.ts';
import { ClusterMachine, profile } from './clusterMachine.ts';

let ada: ClusterMachine;
const others: ClusterMachine[] = [];

beforeAll(async () => {
  ada = await ClusterMachine.create('waiting');
  await writeNotebook(ada);
});

afterAll(async () => {
  await ada.dispose();
  for (const other of others) await other.dispose();
});

const writeNotebook = (at: ClusterMachine): Promise<string> =>
  at.machine.write('a.ipynb', notebook(['print("first", 6 * 7)']));

/** A space of its own, for what holds for a whole space or needs another profile. */
async function spaceOfItsOwn(part: string, changes: Partial<TeamProfile> = {}): Promise<ClusterMachine> {
  const made = await ClusterMachine.create(`waiting-${part}`, changes);
  others.push(made);
  await writeNotebook(made);
  return made;
}

const apply = (at: ClusterMachine, object: object): Promise<string> =>
  kubectl(['apply', '-n', at.namespace, '-f', '-'], { input: JSON.stringify(object) });

/** What is sent where it shall run in the end: less work than a notebook. */
const command = ['--', 'true'];

function runOf(started: Started): string {
  return /^run +(\S+)$/m.exec(started.output())?.[1] ?? '';
}

/** Refused before anything was sent: what it says, and that no run is on the cluster. */
async function expectsRefused(at: ClusterMachine, ended: Ended, exitCode: number, said: RegExp): Promise<void> {
  expect(ended.stderr, ended.stdout).toMatch(said);
  expect(ended.exitCode, ended.stdout + ended.stderr).toBe(exitCode);
  const left = await at.names(['pipelinerun', 'pod', 'pvc', 'configmap'], 'app.kubernetes.io/managed-by=slipway');
  // The step scripts are shared by all runs of a space.
  expect(left.filter((name) => !/\/slipway-(?:assets|steps)-/.test(name))).toEqual([]);
}

/** Sent without a look first: ends at once as failed, and says why. */
async function expectsFailed(at: ClusterMachine, args: readonly string[], id: string, cause: RegExp): Promise<void> {
  const ended = await at.typed(['run', '--no-preflight', '-o', 'json', ...args]);
  expect(ended.exitCode, ended.stdout + ended.stderr).toBe(1);
  const result = json(ended);
  expect(result.state).toBe('failed');
  expect(result.diagnosis?.cause, JSON.stringify(result)).toMatch(cause);
  expect(result.diagnosis?.id).toBe(id);
  expect(result.diagnosis?.fixes).not.toEqual([]);
}

describe.concurrent('an image', () => {
  it('that the registry does not have', async () => {
    const image = `${ada.cluster.services.registryName}/public/missing:1`;
    await expectsFailed(ada, ['a.ipynb', '--image', image], 'imageNotFound', /no image .*public\/missing:1/);
  });

  it('that the registry gives to nobody without a login (401)', async () => {
    const image = `${ada.cluster.services.registryName}/private/locked:1`;
    await expectsFailed(ada, ['a.ipynb', '--image', image], 'imageDenied', /private\/locked:1.*credentials/);
  });

  it('with capitals in its name is refused before anything is sent', async () => {
    const at = await spaceOfItsOwn('capitals');
    const ended = await at.typed(['run', 'a.ipynb', '--image', 'testbed.local/Runner:1']);
    await expectsRefused(at, ended, 2, /testbed\.local\/Runner:1[^]*lower/);
  });
});

describe.concurrent('a place', () => {
  it('on a GPU that others hold: says so, and runs when it is free', async () => {
    const holder = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'holder' },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            name: 'hold',
            image: 'testbed.local/busybox:1',
            command: ['sleep', '600'],
            resources: { limits: { 'nvidia.com/gpu': 2 } },
          },
        ],
      },
    };
    await apply(ada, holder);
    await ada.kubectl('wait', 'pod/holder', '--for=condition=Ready', '--timeout=240s');
    const started = ada.start(['run', '--instance-type', 'gpu', ...command]);
    await started.until(/GPU: .*1 full/);
    await started.until(/frees up when a GPU job ends on node-1/);
    expect(started.output()).toMatch(/none has room now; 0 of 2 nvidia\.com\/gpu free/);
    await ada.kubectl('delete', 'pod', 'holder', '--grace-period=0', '--wait=false');
    const ended = await started.ended;
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);
    expect(ended.stdout).toMatch(/passed in /);
  });

  it('with a label that no node has: refused first, and where it is sent all the same, said to be hopeless', async () => {
    const at = await spaceOfItsOwn('selector', { nodeSelector: { accelerator: 'none-such' } });
    const refused = await at.typed(['run', 'a.ipynb']);
    await expectsRefused(at, refused, 4, /can ever take the run: .*without label accelerator=none-such/);
    const started = at.start(['run', 'a.ipynb', '--no-preflight']);
    await started.until(/without label accelerator=none-such/);
    await started.until(/waiting does not help/);
    expect((await at.typed(['cancel', runOf(started)])).exitCode).toBe(0);
    expect((await started.ended).exitCode).toBe(3);
  });

  it('in a space whose quota is used up: refused first; sent all the same, it waits and runs when there is room', async () => {
    const at = await spaceOfItsOwn('quota');
    await apply(at, quota('0'));
    await at.until('the quota counts', async () =>
      (await at.field('quota/few', '.status.hard.pods')) === '0' ? true : undefined,
    );
    await expectsRefused(at, await at.typed(['run', 'a.ipynb']), 4, /pods of quota few: 0 of 0 used/);
    const started = at.start(['run', '--no-preflight', ...command]);
    await started.until(/quota few/);
    await apply(at, quota('10'));
    const ended = await started.ended;
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);
  });
});

const quota = (pods: string): object => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'few' },
  spec: { hard: { pods } },
});

const claim = (name: string, mode: string): object => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: { accessModes: [mode], resources: { requests: { storage: '100Mi' } } },
});

describe.concurrent('a volume', () => {
  it('whose claim is not there: refused first; sent all the same, it waits and runs when the claim is made', async () => {
    const at = await spaceOfItsOwn('claim', { volume: { kind: 'claim', claimName: 'team-data' } });
    await expectsRefused(at, await at.typed(['run', 'a.ipynb']), 4, /no PersistentVolumeClaim team-data/);
    const started = at.start(['run', '--no-preflight', ...command]);
    await started.until(/the claim team-data is not there/);
    await apply(at, claim('team-data', 'ReadWriteOnce'));
    const ended = await started.ended;
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);
  });

  it('that can only be read', async () => {
    const at = await spaceOfItsOwn('readonly', { volume: { kind: 'claim', claimName: 'read-only' } });
    await apply(at, claim('read-only', 'ReadOnlyMany'));
    await expectsRefused(at, await at.typed(['run', 'a.ipynb']), 4, /claim read-only can only be read/);
  });
});

describe.concurrent('what a space has or forbids', () => {
  it('a Secret that is missing is named before anything is sent', async () => {
    const at = await spaceOfItsOwn('secret');
    const spec = 'notebook: a.ipynb\nsecrets:\n  - env: TOKEN\n    secret: not-there\n    key: token\n';
    await at.machine.write('secret.yaml', spec);
    const said = /no Secret "not-there" in the space/;
    await expectsRefused(at, await at.typed(['run', 'secret.yaml']), 4, said);
    await expectsRefused(at, await at.typed(['run', 'secret.yaml', '--no-preflight']), 4, said);
  });

  it('a security level that a pod does not fulfil', async () => {
    const at = await spaceOfItsOwn('restricted', {
      restricted: false,
      securityContext: { runAsUser: 0 },
      instanceTypes: profile.instanceTypes,
    });
    await at.kubectl('label', 'namespace', at.namespace, 'pod-security.kubernetes.io/enforce=restricted');
    await expectsRefused(at, await at.typed(['run', 'a.ipynb']), 4, /PodSecurity "restricted/);
    await expectsFailed(at, ['a.ipynb'], 'podSecurity', /security level restricted/);
  });

  it('a space that is not there', async () => {
    const at = await spaceOfItsOwn('gone');
    await at.kubectl('delete', 'namespace', at.namespace, '--timeout=240s');
    for (const args of [
      ['run', 'a.ipynb'],
      ['run', 'a.ipynb', '--no-preflight'],
    ]) {
      const ended = await at.typed(args);
      expect(ended.stderr, ended.stdout).toContain(at.namespace);
      expect(ended.stderr).toMatch(/has no space/);
      expect(ended.exitCode, ended.stdout + ended.stderr).toBe(4);
    }
  });

  it('a space that is deleted in mid-run: the run is lost, and whoever follows it is told', async () => {
    const at = await spaceOfItsOwn('deleted');
    const started = at.start(['run', '--', 'sleep', '1000']);
    await started.until(/command started/);
    await at.kubectl('delete', 'namespace', at.namespace, '--wait=false');
    const ended = await started.ended;
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(1);
    // Whichever of its objects goes first; the name of the space says it as well.
    const podFirst = 'The pod of the run was ended in step command: it was deleted, or its node went down';
    const runFirst = 'The run was lost in step command: its PipelineRun was deleted before it had ended';
    expect([`failed: ${podFirst}`, `lost: ${runFirst}`], ended.stdout).toContain(
      /^(?:failed|lost): .*$/m.exec(ended.stdout)?.[0],
    );
  });
});
