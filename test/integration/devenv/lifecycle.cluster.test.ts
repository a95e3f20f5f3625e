import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SlipwayError } from '../../../shared/src/protocol/index.ts';
import { context } from '../cluster/clusterMachine.ts';
import { devEnvProfile, failureOf, LifecycleMachine } from './lifecycleMachine.ts';

const never = new AbortController().signal;
let life: LifecycleMachine;
/** It takes a node 20 s to give up on an image: that goes on beside the other tests. */
let withoutImage: Promise<SlipwayError>;

const broken = 'devenv-admin-image';
async function startWithoutImage(): Promise<SlipwayError> {
  await life.create(broken, { image: 'registry.testbed.local/nobody/nothing:1' });
  return failureOf(() => life.start(broken));
}

beforeAll(async () => {
  life = await LifecycleMachine.create('devenv');
  await life.core.handlers['devenvs/watch']({}, never);
  withoutImage = startWithoutImage();
  // Its test says what came of it.
  withoutImage.catch(() => undefined);
});

afterAll(async () => {
  await life.dispose();
});

let name = '';

/** The kinds of states that the watch told of a DevEnv, each once where it stays. */
const toldOf = (of: string): readonly string[] =>
  life.told
    .filter((each) => each.name === of)
    .map(({ devEnv }) => devEnv?.state ?? 'deleted')
    .filter((state, index, all) => state !== all[index - 1]);

/** Waits until the watch has told so. */
async function told(of: string, state: string): Promise<void> {
  await life.machine.until(`${of} is told to be ${state}`, () =>
    Promise.resolve(toldOf(of).at(-1) === state ? true : undefined),
  );
}

describe('a DevEnv', () => {
  it('is made with its keys and started; then it runs, and says how idle it is and how full its disk', async () => {
    const made = await life.create('main', {}, false);
    name = made.name;
    expect(made).toMatchObject({
      name: 'devenv-admin-main',
      host: 'devenv-admin-main.test-cluster',
      mine: true,
      owner: 'admin',
      state: 'stopped',
      image: 'testbed.local/devenv:1',
      instanceType: 'tiny',
      disk: { claimName: name, size: '1Gi' },
      idle: { stopAfterMs: 0 },
    });
    const owner = await life.machine.field(
      `secret/${name.replace('devenv-', 'user-ssh-')}`,
      '.metadata.ownerReferences[0].uid',
    );
    expect(owner).toBe(await life.uid(`pvc/${name}`));
    const running = await life.start(name);
    expect(running).toMatchObject({ state: 'running', startedAt: expect.any(Number) });
    await life.machine.until('it says how idle it is', async () => {
      const { idle, disk } = await life.get(name);
      return idle.idleMs !== undefined && (disk.totalBytes ?? 0) > 0 ? true : undefined;
    });
    // Which words depends on the node: it may say in one go that the pod runs and that its SSH server answers.
    expect(life.progress).not.toEqual([]);
    expect((await life.list()).map((devEnv) => [devEnv.name, devEnv.state])).toContainEqual([name, 'running']);
    await told(name, 'running');
  });

  it('is the same one for whoever starts it while it runs', async () => {
    const uid = await life.uid(`pod/${name}`);
    await life.start(name);
    expect(await life.uid(`pod/${name}`)).toBe(uid);
  });

  it('is not made twice', async () => {
    expect(await failureOf(() => life.create(name))).toMatchObject({
      code: 'devenv.exists',
      message: `There is a DevEnv ${name} already.`,
    });
  });

  it('keeps its files and its host key when it is stopped and started, in another pod', async () => {
    await life.exec(name, 'sh', '-c', 'echo lasts >/workspace/note');
    const hostKey = () =>
      life.machine.field(`secret/${name.replace('devenv-', 'user-ssh-')}`, '.data.ssh_host_ed25519_key\\.pub');
    const before = { uid: await life.uid(`pod/${name}`), key: await hostKey() };
    expect(await life.stop(name)).toMatchObject({ state: 'stopped' });
    expect(await life.uid(`pod/${name}`)).toBe('');
    await told(name, 'stopped');
    await life.start(name);
    expect(await life.exec(name, 'cat', '/workspace/note')).toBe('lasts\n');
    expect(await life.uid(`pod/${name}`)).not.toBe(before.uid);
    expect(await hostKey()).toBe(before.key);
    expect(before.key).not.toBe('');
  });

  it('stops by itself without work, says so, and starts again only when asked', async () => {
    await life.resize(name, { idleStop: '2s' });
    expect((await life.get(name)).reason).toBe('what was changed holds from its next start');
    await life.core.handlers['devenvs/restart']({ context, name }, never);
    const stopped = await life.machine.until('it has stopped', async () => {
      const devEnv = await life.get(name);
      return devEnv.state === 'stopped' ? devEnv : undefined;
    });
    expect(stopped.reason).toMatch(/^stopped after \d+ s idle$/);
    await told(name, 'stopped');
    const uid = await life.uid(`pod/${name}`);
    expect(uid).not.toBe('');
    await life.resize(name, { idleStop: 'never' });
    await life.start(name);
    expect(await life.uid(`pod/${name}`)).not.toBe(uid);
    expect(await life.exec(name, 'cat', '/workspace/note')).toBe('lasts\n');
  });

  it('is one, however many start it at once', async () => {
    await life.stop(name);
    /** The pods of this name that were ever given a node, by uid. */
    const podsEver = async () => {
      const selection = ['--field-selector', `involvedObject.name=${name},reason=Scheduled`];
      const uids = await life.machine.kubectl(
        'get',
        'events',
        ...selection,
        '-o',
        'jsonpath={.items[*].involvedObject.uid}',
      );
      return new Set(uids.split(' '));
    };
    const before = await podsEver();
    const other = life.openCore();
    const reference = { context, name };
    const [one, two, three] = await Promise.all([
      life.start(name),
      other.handlers['devenvs/start'](reference, never),
      life.machine.slipway(['devenv', 'start', name, '-o', 'json']),
    ]);
    expect(three.exitCode, three.stderr).toBe(0);
    expect([one.state, two.state, (JSON.parse(three.stdout) as { state: string }).state]).toEqual(
      Array(3).fill('running'),
    );
    expect((await podsEver()).size).toBe(before.size + 1);
    expect(new Set([one, two].map(({ startedAt }) => startedAt)).size).toBe(1);
  });

  it('refuses a disk that would shrink or cannot grow, and changes nothing then', async () => {
    expect(await failureOf(() => life.resize(name, { diskSize: '500Mi', gpus: 1 }))).toMatchObject({
      code: 'spec.invalid',
      message: `The workspace of ${name} has 1Gi, and a disk cannot shrink.`,
    });
    expect(await failureOf(() => life.resize(name, { diskSize: '2Gi', gpus: 1 }))).toMatchObject({
      code: 'cluster.refused',
      message: `The workspace of ${name} cannot grow to 2Gi: the StorageClass local does not allow it.`,
    });
    expect((await life.get(name)).spec).toEqual({ idleStop: 'never' });
  });

  it('is deleted but for its workspace, which the next one of its name has again', async () => {
    const claim = await life.uid(`pvc/${name}`);
    await life.delete(name, false);
    expect((await life.list()).map((devEnv) => devEnv.name)).not.toContain(name);
    expect(await life.uid(`pod/${name}`)).toBe('');
    expect(await life.uid(`secret/${name.replace('devenv-', 'user-ssh-')}`)).toBe('');
    await told(name, 'deleted');
    const gone = await failureOf(() => life.start(name));
    expect(gone).toMatchObject({ code: 'devenv.notFound' });
    expect(gone.action).toContain('its workspace was kept');
    await life.create(name);
    expect(await life.uid(`pvc/${name}`)).toBe(claim);
    await life.start(name);
    expect(await life.exec(name, 'cat', '/workspace/note')).toBe('lasts\n');
  });

  it('is deleted with its workspace where that was said, and leaves nothing', async () => {
    await life.delete(name, true);
    await life.machine.until('nothing of it is left', async () => {
      const left = await life.machine.kubectl(
        'get',
        'pods,pvc,secrets',
        '-l',
        `slipway.dev/devenv=${name}`,
        '-o',
        'name',
      );
      return left === '' ? true : undefined;
    });
    await told(name, 'deleted');
  });
});

describe('what a DevEnv meets', () => {
  it('a GPU is its own while it runs, and free once it is stopped: a quota counts', async () => {
    await life.machine.kubectl('create', 'quota', 'gpus', '--hard=requests.nvidia.com/gpu=1');
    try {
      const [one, two] = [await life.create('one', { gpus: 1 }), await life.create('two', { gpus: 1 })];
      const used = () => life.machine.field('quota/gpus', '.status.used.requests\\.nvidia\\.com/gpu');
      await life.machine.until('the quota counts', async () => ((await used()) === '0' ? true : undefined));
      expect(await life.start(one.name)).toMatchObject({ state: 'running', gpus: 1 });
      const refused = await failureOf(() => life.start(two.name));
      expect(refused).toMatchObject({ code: 'cluster.quota' });
      expect(`${refused.message} ${refused.action ?? ''}`).toMatch(/gpus.*nvidia\.com\/gpu/s);
      await life.stop(one.name);
      await life.machine.until('the GPU is free', async () => ((await used()) === '0' ? true : undefined));
      await life.core.handlers['devenvs/start']({ context, name: two.name, wait: false }, never);
      await Promise.all([life.delete(one.name, true), life.delete(two.name, true)]);
    } finally {
      await life.machine.kubectl('delete', 'quota', 'gpus');
    }
  });

  it('a create that broke off is taken up: the host key stays', async () => {
    const word = 'half';
    const secret = `secret/user-ssh-admin-${word}`;
    await life.machine.kubectl('create', 'quota', 'claims', '--hard=persistentvolumeclaims=0');
    await life.machine.until('the quota counts', async () =>
      (await life.machine.field('quota/claims', '.status.hard.persistentvolumeclaims')) === '0' ? true : undefined,
    );
    const refused = await failureOf(() => life.create(word));
    await life.machine.kubectl('delete', 'quota', 'claims');
    expect(refused).toMatchObject({ code: 'cluster.quota' });
    expect(refused.message).toMatch(/persistentvolumeclaims/);
    const uid = await life.uid(secret);
    expect(uid).not.toBe('');
    const made = await life.machine.until('the quota is forgotten', () => life.create(word).catch(() => undefined));
    expect(await life.uid(secret)).toBe(uid);
    await life.delete(made.name, true);
  });

  it('an image that is not there: it says so, and another one helps', async () => {
    const failed = await withoutImage;
    expect(failed).toMatchObject({ code: 'devenv.failed' });
    expect(failed.message).toContain(`${broken} could not be started: image registry.testbed.local/nobody/nothing:1`);
    expect(await life.get(broken)).toMatchObject({ state: 'failed' });
    await life.resize(broken, { image: 'testbed.local/devenv:1' });
    expect(await life.start(broken)).toMatchObject({ state: 'running', image: 'testbed.local/devenv:1' });
    await life.delete(broken, true);
  });

  it('a StorageClass that is not there: it says which', async () => {
    await life.machine.writeContext({
      profile: { ...devEnvProfile, devEnv: { ...devEnvProfile.devEnv, storageClassName: 'nowhere' } },
    });
    const other = life.openCore();
    const asked = { context, name: 'class', spec: {}, start: false };
    const { name: homeless } = await other.handlers['devenvs/create'](asked, never);
    const failed = await failureOf(() => other.handlers['devenvs/start']({ context, name: homeless }, never));
    await life.machine.writeContext({ profile: devEnvProfile });
    expect(failed).toMatchObject({ code: 'devenv.failed' });
    expect(failed.message).toContain('there is no storage class nowhere');
    await life.delete(homeless, true);
  });

  it('objects of others under its names are left alone, and told of', async () => {
    const foreign = 'devenv-admin-foreign';
    await life.machine.kubectl(
      'create',
      'secret',
      'generic',
      foreign.replace('devenv-', 'user-ssh-'),
      '--from-literal=a=b',
    );
    expect(await failureOf(() => life.create(foreign))).toMatchObject({
      code: 'devenv.conflict',
      message: `There is a Secret user-ssh-admin-foreign already, and Slipway did not make it for the DevEnv ${foreign}.`,
    });
    expect(await life.machine.field('secret/user-ssh-admin-foreign', '.data')).toBe('{"a":"Yg=="}');
    const { name: theirs } = await life.create('theirs');
    await life.machine.kubectl('annotate', 'pvc', theirs, 'slipway.dev/user=bob', '--overwrite');
    expect(await life.get(theirs)).toMatchObject({ mine: false, owner: 'bob' });
    expect(await failureOf(() => life.create(theirs))).toMatchObject({
      code: 'devenv.exists',
      message: `There is a DevEnv ${theirs} already, which belongs to bob.`,
    });
    await life.delete(theirs, true);
  });

  it('a form is told what there is to choose from, and a name that is free', async () => {
    const options = await life.core.handlers['devenvs/options']({ context }, never);
    expect(options).toMatchObject({
      name: 'devenv-admin',
      images: ['testbed.local/devenv:1'],
      diskSize: '1Gi',
      idleStop: 'never',
    });
    expect(options.instanceTypes).toContainEqual({ name: 'tiny', cpu: '50m', memory: '128Mi', gpus: 0, default: true });
  });
});
