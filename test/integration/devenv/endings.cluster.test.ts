import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPretendNode, kubectl, removePretendNode } from '../../cluster/cluster.mjs';
import { context } from '../cluster/clusterMachine.ts';
import { devEnvProfile, LifecycleMachine } from './lifecycleMachine.ts';
import { SshMachine, type Said } from './sshMachine.ts';

const never = new AbortController().signal;
let life: LifecycleMachine;
let laptop: SshMachine;
let node: string;

beforeAll(async () => {
  life = await LifecycleMachine.create('devenv-endings');
  await life.core.handlers['devenvs/watch']({}, never);
  laptop = await SshMachine.create(life.machine, 'laptop');
  node = `gone-${life.machine.namespace}`;
  await addPretendNode(node);
});

afterAll(async () => {
  await laptop.core.dispose();
  await life.dispose();
  await removePretendNode(node);
});

/** Asks the API for a subresource of a pod, as a node or whoever empties one does. */
const post = (pod: string, subresource: string, body: object): Promise<string> =>
  kubectl(['create', '--raw', `/api/v1/namespaces/${life.machine.namespace}/pods/${pod}/${subresource}`, '-f', '-'], {
    input: JSON.stringify({ ...body, metadata: { name: pod, namespace: life.machine.namespace } }),
  });

const hostOf = (name: string): string => `${name}.${context}`;

/** ssh ended by itself with these words, and made no pod. */
async function expectsRefused(name: string, ...words: readonly string[]): Promise<Said> {
  const before = await life.uid(`pod/${name}`);
  const said = await laptop.ssh(hostOf(name), 'true');
  expect(said.exitCode, said.stderr).toBe(255);
  for (const each of words) expect(said.stderr).toContain(each);
  expect(await life.uid(`pod/${name}`)).toBe(before);
  return said;
}

describe('ssh to a DevEnv that has ended', () => {
  let name: string;

  beforeAll(async () => {
    ({ name } = await laptop.core.handlers['devenvs/create']({ context, name: 'real', spec: {} }, never));
    await laptop.connect(name);
    await life.start(name);
  });

  it('by eviction: the session ends with a sentence, the list says why, and a start makes another pod', async () => {
    const session = spawn('ssh', [hostOf(name), 'echo here; cat'], { env: laptop.env });
    const ended = once(session, 'close');
    let [heard, complained] = ['', ''];
    session.stdout.setEncoding('utf8').on('data', (text: string) => (heard += text));
    session.stderr.setEncoding('utf8').on('data', (text: string) => (complained += text));
    await life.machine.until('ssh is there', () => Promise.resolve(heard === 'here\n' ? true : undefined));
    const uid = await life.uid(`pod/${name}`);
    await post(name, 'eviction', { apiVersion: 'policy/v1', kind: 'Eviction' });
    await ended;
    const why = 'it was evicted from its node, which was being emptied';
    expect(complained).toContain(`${name} is stopped: ${why}.`);
    const stopped = await life.machine.until('it has stopped', async () => {
      const devEnv = await life.get(name);
      return devEnv.state === 'stopped' ? devEnv : undefined;
    });
    expect(stopped).toMatchObject({ state: 'stopped', reason: why, lastEnd: { reason: why } });
    const reasons = life.told.flatMap((each) => (each.name === name ? [each.devEnv?.reason] : []));
    expect(reasons).toContain('it is evicted from its node, which is being emptied');
    await expectsRefused(name, `${name} is stopped: ${why}.`, `Start it: slipway devenv start ${name}`);
    await life.resize(name, { idleStop: '2s' });
    await life.start(name);
    expect(await life.uid(`pod/${name}`)).not.toBe(uid);
    expect((await life.get(name)).lastEnd?.reason).toBe(why);
  });

  it('by idleness: says so, and for how long nobody worked there', async () => {
    await life.machine.until('it has stopped', async () =>
      (await life.get(name)).state === 'stopped' ? true : undefined,
    );
    const { stderr } = await expectsRefused(name, `Start it: slipway devenv start ${name}`);
    expect(stderr).toMatch(new RegExp(`${name} was stopped after \\d+ s idle\\.`));
  });

  it('by being deleted: says that there is none', async () => {
    await life.delete(name, true);
    await life.machine.until('its claim is gone', async () =>
      (await life.uid(`pvc/${name}`)) === '' ? true : undefined,
    );
    await expectsRefused(name, `There is no DevEnv ${name} in ${life.machine.namespace}.`, 'slipway devenv list');
  });
});

describe('a DevEnv whose node', () => {
  let name: string;

  /** Starts it on a node that has no kubelet, so that the test says what one would. */
  async function startThere(status: object): Promise<string> {
    const started = await life.machine.slipway(['devenv', 'start', name, '--detach']);
    expect(started.exitCode, started.stderr).toBe(0);
    await post(name, 'binding', { apiVersion: 'v1', kind: 'Binding', target: { kind: 'Node', name: node } });
    await life.machine.kubectl(
      ...['patch', 'pod', name, '--subresource=status', '--type=merge', '-p', JSON.stringify({ status })],
    );
    return life.uid(`pod/${name}`);
  }

  beforeAll(async () => {
    // The scheduler leaves it alone.
    const profile = { ...devEnvProfile, nodeSelector: { 'slipway.test/nowhere': 'true' } };
    await life.machine.writeContext({ profile });
    ({ name } = await life.create('pretend'));
    await laptop.connect(name);
  });

  const memory = 'The node was low on resource: memory. Threshold quantity: 100Mi, available: 80Mi.';
  const shutdown = 'Pod was terminated in response to imminent node shutdown.';

  it.each([
    ['is under pressure', 'Evicted', memory, 'its node put it out', 'was put out by its node'],
    ['shuts down', 'Terminated', shutdown, 'its node was shut down', 'ended when its node was shut down'],
  ])('%s has failed, and says so everywhere; a start makes another pod', async (_, reason, message, words, toSsh) => {
    const uid = await startThere({ phase: 'Failed', reason, message });
    expect(await life.get(name)).toMatchObject({
      state: 'failed',
      reason: `${words}: ${message}`,
      action: 'Start it again: /workspace is as it was.',
    });
    const [list, status] = [
      await life.machine.slipway(['devenv', 'list']),
      await life.machine.slipway(['devenv', 'status', name]),
    ];
    expect(list.stdout).toMatch(new RegExp(`${name} +failed .*${words}`));
    expect(status.stdout).toContain(`failed: ${words}: ${message}`);
    expect(status.exitCode).toBe(1);
    const sentence = `${name} ${toSsh}: ${message}`;
    await expectsRefused(name, sentence, `Start it again: slipway devenv start ${name}`);
    expect(await startThere({ phase: 'Pending' })).not.toBe(uid);
    await life.machine.kubectl('delete', 'pod', name, '--force', '--grace-period=0');
    // What ended before is told, and is not why there is none now.
    const stopped = await life.get(name);
    expect([stopped.state, stopped.reason, stopped.lastEnd?.reason]).toEqual([
      'stopped',
      undefined,
      `${words}: ${message}`,
    ]);
  });

  it('is under pressure leaves a trace when the pod is gone that nobody started again, until somebody stops it', async () => {
    const record = () => life.machine.field(`pvc/${name}`, '.metadata.annotations.slipway\\.dev/devenv-spec');
    const before = await record();
    const uid = await startThere({ phase: 'Failed', reason: 'Evicted', message: memory });
    const note = '.metadata.annotations.slipway\\.dev/last-end';
    // Whoever follows the list of DevEnvs notes it.
    await life.machine.until('it is noted', async () =>
      (await life.machine.field(`pvc/${name}`, note)).includes(uid) ? true : undefined,
    );
    await life.machine.kubectl('delete', 'pod', name, '--force', '--grace-period=0');
    const words = `its node put it out: ${memory}`;
    expect(await life.get(name)).toMatchObject({ state: 'stopped', reason: words, lastEnd: { reason: words } });
    const [list, status] = [
      await life.machine.slipway(['devenv', 'list']),
      await life.machine.slipway(['devenv', 'status', name]),
    ];
    expect(list.stdout).toMatch(new RegExp(`${name} +stopped .*its node put it out`));
    expect(status.stdout).toMatch(
      /stopped (just now|\d+s ago|\d+ min ago): its node put it out: The node was low on resource: memory/,
    );
    expect(status.exitCode).toBe(0);
    await expectsRefused(name, `${name} is stopped: ${words.replace(/\.$/, '')}.`, `slipway devenv start ${name}`);
    await startThere({ phase: 'Pending' });
    const stopping = life.stop(name);
    await life.machine.until('it is being stopped', async () =>
      (await life.machine.field(`pod/${name}`, '.metadata.deletionTimestamp')) === '' ? undefined : true,
    );
    await life.machine.kubectl('delete', 'pod', name, '--force', '--grace-period=0');
    expect(await stopping).toMatchObject({ state: 'stopped' });
    expect(await life.get(name)).not.toHaveProperty('lastEnd');
    expect(await life.machine.field(`pvc/${name}`, note)).toBe('');
    expect(await record()).toBe(before);
  });

  it('does not answer is said to, and ssh does not wait for it', async () => {
    const startedAt = new Date().toISOString();
    await startThere({
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: startedAt }],
      containerStatuses: [
        {
          name: 'devenv',
          ready: true,
          restartCount: 0,
          image: 'testbed.local/devenv:1',
          imageID: '',
          state: { running: { startedAt } },
        },
      ],
    });
    expect(await life.get(name)).toMatchObject({ state: 'running', reason: `its node ${node} does not answer` });
    await expectsRefused(name, `${name} cannot be reached: its node ${node} does not answer.`);
  });

  it('is gone is stopped once the cluster has cleared up, and starts elsewhere', async () => {
    await kubectl(['delete', 'node', node]);
    await expectsRefused(name, `${name} cannot be reached: its node ${node} does not answer.`);
    // What the garbage collector of pods does after some minutes.
    await life.machine.kubectl('delete', 'pod', name, '--force', '--grace-period=0');
    expect(await life.get(name)).toMatchObject({ state: 'stopped' });
    await expectsRefused(name, `${name} is stopped.`);
    await life.machine.writeContext({ profile: devEnvProfile });
    const started = await life.machine.slipway(['devenv', 'start', name]);
    expect(started.exitCode, started.stderr).toBe(0);
    expect((await laptop.ssh(hostOf(name), 'echo back')).stdout).toBe('back\n');
  });
});
