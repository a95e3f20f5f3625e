import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addPretendNode, kubectl, removePretendNode } from '../../cluster/cluster.mjs';
import { devEnvProfile, LifecycleMachine } from './lifecycleMachine.ts';
import { SshMachine } from './sshMachine.ts';

/** A node with one GPU, which somebody holds: nobody else's tests come near it. */
const only = { 'slipway.test/waiting': 'true' };
const noMachine = { key: 'testbed.local/no-machine', operator: 'Exists' } as const;
let life: LifecycleMachine;
let laptop: SshMachine;
let node: string;
let name: string;

beforeAll(async () => {
  life = await LifecycleMachine.create('devenv-waiting');
  node = `gpu-${life.machine.namespace}`;
  await addPretendNode(node, { labels: only, resources: { 'nvidia.com/gpu': '1' } });
  const holder = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'devenv-bob' },
    spec: {
      nodeName: node,
      tolerations: [noMachine],
      containers: [{ name: 'c', image: 'testbed.local/busybox:1', resources: { limits: { 'nvidia.com/gpu': 1 } } }],
    },
  };
  await kubectl(['-n', life.machine.namespace, 'create', '-f', '-'], { input: JSON.stringify(holder) });
  await life.machine.writeContext({ profile: { ...devEnvProfile, nodeSelector: only, tolerations: [noMachine] } });
  laptop = await SshMachine.create(life.machine, 'laptop');
  ({ name } = await life.create('busy', { gpus: 1 }));
});

afterAll(async () => {
  await laptop.core.dispose();
  await life.dispose();
  await removePretendNode(node);
});

describe('a DevEnv whose GPU somebody else holds', () => {
  it('says for what it waits while somebody waits with it, and goes on without them after Ctrl-C', async () => {
    const started = life.machine.start(['devenv', 'start', name]);
    await started.until(/GPU: \d+ nodes? — 1 full/);
    await started.until(new RegExp(`frees up when a GPU job ends on ${node} .*held by devenv-bob`));
    started.child.kill('SIGINT');
    const { exitCode, stderr } = await started.ended;
    expect(exitCode, stderr).toBe(3);
    expect(stderr).toContain(`${name} goes on starting.`);
    expect(stderr).toContain(`to withdraw it: slipway devenv stop ${name}`);
  });

  it('is listed with what it waits for, and since when', async () => {
    const made = Date.parse(await life.machine.field(`pod/${name}`, '.metadata.creationTimestamp'));
    const devEnv = await life.get(name);
    expect(devEnv).toMatchObject({ state: 'starting', startingSince: made });
    expect(devEnv.reason).toMatch(/^GPU: .*1 full.*\nfrees up when .*\nheld by devenv-bob$/);
    const status = await life.machine.slipway(['devenv', 'status', name]);
    expect(status.stdout).toMatch(/starting for \d+ s: GPU: .* — held by devenv-bob/);
    expect((await life.machine.slipway(['devenv', 'list'])).stdout).toMatch(/starting .*held by devenv-bob/);
  });

  it('is waited for by ssh, which says so and ends when the start is withdrawn', async () => {
    const { host } = await laptop.connect(name);
    const ssh = spawn('ssh', [host, 'true'], { env: laptop.env });
    let said = '';
    ssh.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const ended = once(ssh, 'close');
    await life.machine.until('ssh says so', () =>
      Promise.resolve(said.includes(`${name} starts: no node takes it`) ? true : undefined),
    );
    const stopped = await life.machine.slipway(['devenv', 'stop', name]);
    expect(stopped.stdout, stopped.stderr).toContain('is stopped');
    expect(await life.uid(`pod/${name}`)).toBe('');
    expect((await ended)[0]).toBe(255);
    expect(said).toContain(`${name} is stopped.`);
    expect(said).toContain(`Start it: slipway devenv start ${name}`);
    expect(await life.get(name)).toMatchObject({ state: 'stopped' });
  });
});

describe('a DevEnv that no node will ever take', () => {
  beforeEach(async () => {
    await life.stop(name);
  });

  it.each([
    ['its memory', { instanceType: 'cpu-1c-2000g' }, /memory: .*without 2 TiB of memory free.*\nwaiting does not help/],
    ['its CPUs', { instanceType: 'cpu-500c-1g' }, /CPU: .*without 500 CPUs free.*\nwaiting does not help/],
  ])('for %s says that waiting does not help', async (_, spec, words) => {
    await life.resize(name, { ...spec, gpus: 0 });
    const started = life.machine.start(['devenv', 'start', name]);
    await started.until(/waiting does not help/);
    expect((await life.get(name)).reason).toMatch(words);
    started.child.kill('SIGINT');
    expect((await started.ended).exitCode).toBe(3);
  });

  it('for the label that its profile asks for says which', async () => {
    const nowhere = { 'slipway.test/waiting': 'never' };
    await life.machine.writeContext({ profile: { ...devEnvProfile, nodeSelector: nowhere, tolerations: [noMachine] } });
    await life.resize(name, { instanceType: 'tiny' });
    const started = life.machine.start(['devenv', 'start', name]);
    await started.until(/waiting does not help: no node has label slipway\.test\/waiting=never/);
    started.child.kill('SIGINT');
    await started.ended;
  });
});
