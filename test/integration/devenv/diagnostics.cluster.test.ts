import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DevEnvHop } from '../../../shared/src/protocol/index.ts';
import { context } from '../cluster/clusterMachine.ts';
import { TransferMachine } from './transferMachine.ts';

const never = new AbortController().signal;

describe('a test of the way to a DevEnv', () => {
  let machine: TransferMachine;
  const told: DevEnvHop[] = [];

  beforeAll(async () => {
    machine = await TransferMachine.create('test');
    await machine.startDevEnv({});
    machine.core.onNotification((name, params) => {
      if (name === 'devenv/hop' && 'hop' in params) told.push(params.hop);
    });
  });
  afterAll(() => machine.dispose());
  afterEach(() => machine.proxy.heal());

  const test = async (): Promise<readonly DevEnvHop[]> => {
    told.length = 0;
    const request = { context, name: machine.name, id: 'test' };
    return (await machine.core.handlers['devenvs/test'](request, never)).hops;
  };
  const outcomes = (hops: readonly DevEnvHop[]) => hops.map(({ name, outcome }) => `${name} ${outcome}`);

  it('measures each hop from a machine that was never connected, and tells of it when it is done', async () => {
    const hops = await test();
    expect(hops.map(({ name }) => name)).toEqual(['api', 'pod', 'tunnel', 'ssh', 'latency', 'upload', 'download']);
    expect(hops.filter(({ outcome }) => outcome === 'fail' || outcome === 'skipped')).toEqual([]);
    expect(told).toEqual(hops);
    // A key and a pinned host key, and no config of ssh.
    const made = await readdir(join(machine.dataDir, 'ssh'));
    expect(made).toEqual(expect.arrayContaining(['id_ed25519', 'known_hosts']));
    expect(made).not.toContain('config');
    for (const { bytesPerSecond } of hops.slice(5)) expect(bytesPerSecond).toBeGreaterThan(100_000);
  });

  it('lets a machine in again that was taken off the list, for it is what somebody wants to use', async () => {
    const reference = { context, name: machine.name };
    const [own] = (await machine.core.handlers['devenvs/devices'](reference, never)).devices;
    const removed = { ...reference, fingerprint: own?.fingerprint ?? '' };
    expect(await machine.core.handlers['devenvs/removeDevice'](removed, never)).toEqual({ devices: [] });
    expect((await test()).filter(({ outcome }) => outcome === 'fail' || outcome === 'skipped')).toEqual([]);
    const { devices } = await machine.core.handlers['devenvs/devices'](reference, never);
    expect(devices).toMatchObject([{ current: true }]);
  });

  it('names the tunnel where that is broken, and tries nothing behind it', async () => {
    machine.proxy.on(/\/portforward/, { kind: 'reset' });
    const hops = await test();
    expect(outcomes(hops)).toEqual([
      'api pass',
      'pod pass',
      'tunnel fail',
      'ssh skipped',
      'latency skipped',
      'upload skipped',
      'download skipped',
    ]);
    expect(hops[2]?.fix).toBeTruthy();
  });

  it('names the right that is missing', async () => {
    const body = JSON.stringify({
      kind: 'Status',
      status: 'Failure',
      reason: 'Forbidden',
      code: 403,
      message: 'pods "x" is forbidden: User "alice" cannot create resource "pods/portforward" in API group ""',
    });
    machine.proxy.on(/\/portforward/, { kind: 'answer', status: 403, body });
    expect((await test())[2]).toMatchObject({ outcome: 'fail', detail: expect.stringContaining('pods/portforward') });
  });

  it('ends with 1 on the command line where the DevEnv does not run, and says how to start it', async () => {
    const run = () => machine.machine.machine.slipway(['devenv', 'test', machine.name, '--context', context]);
    const good = await run();
    expect(good.stdout).toMatch(/api.*The API server answers in/);
    expect(good.stdout).toMatch(/download.*in a second/);
    expect(good.exitCode).toBe(0);
    await machine.core.handlers['devenvs/stop']({ context, name: machine.name }, never);
    const stopped = await run();
    expect(stopped.stdout).toContain(`slipway devenv start ${machine.name}`);
    expect(stopped.exitCode).toBe(1);
  });
});
