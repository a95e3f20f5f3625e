import { afterAll, expect, describe, it } from 'vitest';
import { notebook } from '../cli/slipway.ts';
import { ClusterMachine } from './clusterMachine.ts';
import { Person, shippedRules, without } from './person.ts';

const machines: ClusterMachine[] = [];

afterAll(async () => {
  for (const machine of machines) await machine.dispose();
});

/** A person who lacks some of the rights, in a space of their own, with a notebook. */
async function personWithout(part: string, ...rights: readonly string[]): Promise<ClusterMachine> {
  const ada = await ClusterMachine.create(`less-${part}`);
  machines.push(ada);
  const person = await Person.at(ada, `ada-${ada.namespace}@example.test`);
  await person.may(rights.reduce(without, await shippedRules()));
  await ada.machine.write('a.ipynb', notebook(['print("first", 6 * 7)', 'print("the end")']));
  return ada;
}

/** Runs the notebook to its end; the run's name. */
async function passes(ada: ClusterMachine, args: readonly string[], told: RegExp | undefined): Promise<string> {
  const ended = await ada.slipway(['run', 'a.ipynb', ...args]);
  expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);
  expect(ended.stdout).toMatch(/passed in /);
  // Cells are not told of when they are over.
  const afterwards = ended.stdout.slice(ended.stdout.indexOf('notebook done'));
  expect(afterwards).not.toMatch(/notebook cell/);
  if (told !== undefined) expect(ended.stderr.replaceAll(/\s+/g, ' ')).toMatch(told);
  return /^run +(\S+)$/m.exec(ended.stdout)?.[1] ?? '';
}

async function refused(ada: ClusterMachine, args: readonly string[], right: string): Promise<void> {
  const ended = await ada.typed(args);
  expect(ended.exitCode, ended.stdout + ended.stderr).toBe(4);
  expect(ended.stderr).toContain(`The user oidc:ada-${ada.namespace}@example.test may not get ${right}`);
  expect(ended.stderr).toMatch(new RegExp(`Ask for the right: .* on ${right} in the namespace ${ada.namespace}`));
  expect(ended.stdout).toBe('');
}

describe.concurrent('a person who may not', () => {
  it('exec: told first, runs by step and reads logs from the API; files name the right', async () => {
    const ada = await personWithout('exec', 'get pods/exec');
    const told = /may not (get|create) pods\/exec .*logs come from the API, .*progress is shown by step only/;
    const run = await passes(ada, [], told);
    const logs = await ada.typed(['logs', run]);
    expect(logs.exitCode, logs.stderr).toBe(0);
    expect(logs.stdout).toMatch(/first 42[^]*the end/);
    await refused(ada, ['artifacts', run], 'pods/exec');
    await refused(ada, ['artifacts', 'get', run, 'report'], 'pods/exec');
  });

  it('read logs of pods: own runs have theirs all the same, those of others name the right', async () => {
    const ada = await personWithout('log', 'get pods/log');
    const run = await passes(ada, ['--no-preflight'], undefined);
    const logs = await ada.typed(['logs', run]);
    expect(logs.exitCode, logs.stderr).toBe(0);
    expect(logs.stdout).toMatch(/first 42[^]*the end/);
    const got = await ada.typed(['artifacts', 'get', run, 'report', '-d', ada.machine.folder]);
    expect(got.exitCode, got.stderr).toBe(0);

    await ada.machine.write('theirs.json', JSON.stringify(theirs));
    await ada.kubectl('create', '-f', `${ada.machine.work}/theirs.json`);
    await ada.kubectl('wait', 'pipelinerun/theirs', '--for=condition=Succeeded', '--timeout=240s');
    await refused(ada, ['logs', 'theirs'], 'pods/log');
  });

  it('either: the verdict is there, and what cannot be read names the right', async () => {
    const ada = await personWithout('both', 'get pods/exec', 'get pods/log');
    const run = await passes(ada, ['--no-preflight'], /may not get pods\/log/);
    await refused(ada, ['logs', run], 'pods/exec');
  });
});

const theirs = {
  apiVersion: 'tekton.dev/v1',
  kind: 'PipelineRun',
  metadata: { name: 'theirs' },
  spec: {
    pipelineSpec: {
      tasks: [
        {
          name: 'build',
          taskSpec: { steps: [{ name: 'print', image: 'testbed.local/busybox:1', script: 'echo hello' }] },
        },
      ],
    },
  },
};
