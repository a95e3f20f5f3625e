import { stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { usedRights } from '../cluster/auditLog.ts';
import { kubectl } from '../../cluster/cluster.mjs';
import { context } from '../cluster/clusterMachine.ts';
import { Person, rightsOf, shippedRules } from '../cluster/person.ts';
import { devEnvProfile, LifecycleMachine } from './lifecycleMachine.ts';

const never = new AbortController().signal;
let life: LifecycleMachine;
let person: Person;

beforeAll(async () => {
  life = await LifecycleMachine.create('devenv-rights');
  person = await Person.at(life.machine, `ada-${life.machine.namespace}@example.test`);
  await person.runOn(devEnvProfile);
});

afterAll(async () => {
  await life.dispose();
});

/** Looks that go beyond the roles: without them less is told. */
const optionalLooks = /^list (nodes|pods) in the cluster$/;

/** As whoever empties its node does. */
async function evict(pod: string): Promise<void> {
  const { namespace } = life.machine;
  const input = JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace } });
  await kubectl(['create', '--raw', `/api/v1/namespaces/${namespace}/pods/${pod}/eviction`, '-f', '-'], { input });
}

const bothRoles = async () => [...(await shippedRules()), ...(await shippedRules('slipway-devenv'))];

describe('the shipped role for DevEnvs', () => {
  it('is what they take beyond that for runs, no more and no less, by the audit log of the API server', async () => {
    await person.may(await bothRoles());
    const { auditLog } = life.machine.cluster;
    const { size } = await stat(auditLog);
    const { watch } = await life.core.handlers['devenvs/watch']({ context }, never);
    const made = await life.machine.typed(['devenv', 'create', '-o', 'json']);
    expect(made.exitCode, made.stderr).toBe(0);
    const { name, state, owner } = JSON.parse(made.stdout) as { name: string; state: string; owner: string };
    expect([state, owner]).toEqual(['running', `oidc:${person.email}`]);
    expect(name).toMatch(/^devenv-ada-[-a-z0-9]+-[0-9a-f]{6}$/);
    await life.machine.until('it is told of', () =>
      Promise.resolve(life.told.some(({ devEnv }) => devEnv?.state === 'running') ? true : undefined),
    );
    const said = await life.machine.slipway(['ssh', name, '--', 'echo', 'hello']);
    expect(said.stdout, said.stderr).toContain('hello');
    expect((await life.machine.typed(['devenv', 'status', name])).stdout).toContain('running');
    expect((await life.machine.typed(['devenv', 'stop', name])).exitCode).toBe(0);
    expect((await life.machine.typed(['devenv', 'resize', name, '--idle-stop', '2h'])).exitCode).toBe(0);
    expect((await life.machine.typed(['devenv', 'list'])).stdout).toContain('stopped');
    expect((await life.machine.typed(['devenv', 'start', name])).exitCode).toBe(0);
    await evict(name);
    const why = 'it was evicted from its node, which was being emptied';
    await life.machine.until('its list keeps why it stopped', () =>
      Promise.resolve(
        life.told.some(({ devEnv }) => devEnv?.state === 'stopped' && devEnv.reason === why) ? true : undefined,
      ),
    );
    const gone = await life.machine.typed(['devenv', 'delete', name, '--workspace', '--yes']);
    expect(gone.exitCode, gone.stderr).toBe(0);
    await life.core.handlers['devenvs/unwatch']({ watch }, never);

    const { allowed, refused } = await usedRights(auditLog, person, size);
    const granted = new Set(rightsOf(await bothRoles()));
    expect([...allowed].filter((right) => !granted.has(right))).toEqual([]);
    expect(rightsOf(await shippedRules('slipway-devenv')).filter((right) => !allowed.has(right))).toEqual([]);
    expect([...refused].filter((right) => !optionalLooks.test(right))).toEqual([]);
  });

  it('lets nobody see, make or reach a DevEnv in the space of another team', async () => {
    await person.may(await bothRoles());
    const config = ['--kubeconfig', `${life.machine.machine.folder}/kubeconfig`, '--image', 'testbed.local/devenv:1'];
    await life.machine.machine.slipway(['context', 'new', 'other', ...config, '--namespace', 'team-b']);
    const elsewhere = ['--context', 'other'];
    for (const args of [
      ['devenv', 'list'],
      ['devenv', 'create'],
      ['devenv', 'status', 'devenv-bob'],
      ['ssh', 'devenv-bob'],
    ]) {
      const ended = await life.machine.machine.slipway([...args, ...elsewhere]);
      expect(ended.exitCode, args.join(' ')).not.toBe(0);
      expect(ended.stderr, args.join(' ')).toMatch(/may not \w+ (persistentvolumeclaims|pods|secrets).* in team-b/);
    }
    // What can be asked is shown all the same.
    const { devEnvs, problems } = await life.openCore().handlers['devenvs/list']({}, never);
    expect(devEnvs).toEqual([]);
    expect(problems).toMatchObject([{ context: 'other', message: expect.stringContaining('team-b') }]);
  });
});
