import { mkdtemp, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verbsOf, verbWords } from '../../../shared/src/targets/tekton/preflight/index.ts';
import { json, notebook } from '../cli/slipway.ts';
import { makeCrowd } from '../devenv/crowd.ts';
import { usedRights } from './auditLog.ts';
import { ClusterMachine, profile } from './clusterMachine.ts';
import { coreInProcess } from './coreInProcess.ts';
import { Person, rightsOf, shippedRules, without } from './person.ts';
import { typedBy, typedTo } from './typedTo.ts';

let ada: ClusterMachine;
let person: Person;
let file: string;
const colleagues: ClusterMachine[] = [];

beforeAll(async () => {
  ada = await ClusterMachine.create('rights');
  person = await Person.at(ada, `ada-${ada.namespace}@example.test`);
  file = await ada.machine.write('small/a.ipynb', notebook([{ source: 'x = 1', tags: ['parameters'] }, 'print(x)']));
});

afterAll(async () => {
  for (const { machine } of colleagues) await machine.dispose();
  await ada.dispose();
});

/** Looks that go beyond the role: what they cannot see is said to be unseen, and runs work without. */
const optionalLooks =
  /^(list (nodes|pods|resourcequotas)|get (secrets|serviceaccounts|configmaps|namespaces|persistentvolumes))$/;

/** What the person did since. */
const audited = (from: number) => usedRights(ada.cluster.auditLog, person.email, from);

/** Somebody else in the same space, with a folder and rights of their own. */
async function colleague(): Promise<{ readonly machine: ClusterMachine; readonly rights: Person }> {
  const machine = await ada.colleague();
  colleagues.push(machine);
  const email = `colleague-${colleagues.length}-${ada.namespace}@example.test`;
  return { machine, rights: await Person.at(machine, email) };
}

describe('the shipped role', () => {
  it('is what a whole run takes, no more and no less, by the audit log of the API server', async () => {
    const rules = await shippedRules();
    await person.may(rules);
    const { size } = await stat(ada.cluster.auditLog);

    const first = await ada.slipway(['run', file, '-o', 'json']);
    expect(first.exitCode, first.stderr + first.stdout).toBe(0);
    const { run } = json(first);
    // Large inputs go through a pod; files of an ended run too.
    await ada.machine.write('big/big.bin', 'x'.repeat(3_000_000));
    const [cwd, big] = [join(ada.machine.work, 'big'), ['--yes', '--', 'head', '-c', '3', 'big.bin']];
    const second = await ada.typed(['run', '-o', 'json', ...big], { cwd });
    expect(second.exitCode, second.stderr + second.stdout).toBe(0);
    expect((await ada.typed(['logs', run])).stdout).toContain('1');
    const folder = join(await mkdtemp(join(ada.machine.folder, 'report-')), 'all');
    expect((await ada.typed(['artifacts', 'get', run, 'report', '-d', folder])).exitCode).toBe(0);
    const again = await ada.typed(['rerun', run, '-p', 'x=2', '-d', '-o', 'json']);
    expect(again.exitCode, again.stderr).toBe(0);
    // A run that nobody followed: its logs come from the API.
    await ada.until('the run is over', async () =>
      (await ada.field(`pod/${json(again).run}-run-pod`, '.status.phase')) === 'Succeeded' ? true : undefined,
    );
    expect((await ada.typed(['logs', json(again).run])).stdout).toContain('2');
    const stopped = json(await ada.typed(['rerun', run, '-d', '-o', 'json']));
    expect((await ada.typed(['cancel', stopped.run])).exitCode).toBe(0);
    // A submission that is called off takes back what it made.
    await person.runOn({ ...profile, nodeSelector: { 'slipway.test/nowhere': 'true' } });
    const calledOff = ada.start(['run', ...big], { cwd });
    await ada.until('its inputs wait to be sent', async () =>
      (await ada.names(['pod'])).some((name) => name.includes('-upload')) ? true : undefined,
    );
    calledOff.child.kill('SIGINT');
    expect((await calledOff.ended).exitCode).toBe(3);
    await person.runOn(profile);
    const custom = await ada.machine.write('custom.yaml', customTask);
    const bare = await ada.typed(['run', '--bare', custom, '-d', '-o', 'json']);
    expect(bare.exitCode, bare.stderr).toBe(0);
    await ada.until('the custom task is there', async () => {
      const shown = await ada.typed(['runs', '-o', 'json']);
      return shown.stdout.includes(json(bare).run) ? true : undefined;
    });
    const watching = ada.start(['watch', json(bare).run]);
    await ada.until('its custom run is followed', async () =>
      (await audited(size)).allowed.has('watch customruns.tekton.dev') ? true : undefined,
    );
    await ada.typed(['cancel', json(bare).run]);
    await watching.ended;
    expect((await ada.typed(['delete', run, '--yes'])).exitCode).toBe(0);
    expect((await ada.typed(['prune', '--keep', '1', '--yes'])).exitCode).toBe(0);

    const { allowed, refused } = await audited(size);
    const granted = new Set(rightsOf(rules));
    expect([...allowed].filter((right) => !granted.has(right))).toEqual([]);
    expect([...granted].filter((right) => !allowed.has(right))).toEqual([]);
    expect([...refused].filter((right) => !optionalLooks.test(right))).toEqual([]);
  });

  it('names every right that is missing before anything is sent', async () => {
    const rules = await shippedRules();
    const missing = (essential: boolean) => verbsOf(34).filter((verb) => verb.essential === essential);
    const useful = missing(false).map(verbWords);
    // In a folder without large files, which nobody could send without all of them.
    const { machine, rights } = await colleague();
    await rights.may(useful.reduce(without, rules));
    const sent = await machine.typed(['run', '-d', '--', 'true']);
    expect(sent.exitCode, sent.stdout + sent.stderr).toBe(0);
    for (const words of useful) expect(sent.stdout + sent.stderr).toContain(`may not ${words} in ${ada.namespace}`);

    // Those that nothing works without, each by somebody who has all but that one.
    const needed = missing(true).map(verbWords);
    expect(needed.length).toBeGreaterThan(10);
    const whoLacks = (words: string): string => `no-${words.replaceAll(/[ /.]/g, '-')}`;
    const crowd = await ada.colleague();
    colleagues.push(crowd);
    await makeCrowd(crowd, profile, new Map(needed.map((words) => [whoLacks(words), without(rules, words)])));
    const core = coreInProcess(crowd.machine);
    try {
      await Promise.all(
        needed.map(async (words) => {
          const argv = ['run', '-d', '--context', whoLacks(words), '--', 'true'];
          const { stdout, stderr, exitCode } = await typedTo(core, argv, crowd.machine.work);
          const said = `${stdout}${stderr}`.replaceAll(/\s+/g, ' ');
          expect(said, words).toContain(`may not ${words} in ${ada.namespace}`);
          expect(exitCode, `${words}\n${said}`).toBe(4);
        }),
      );
    } finally {
      await core.dispose();
    }
  });

  it.each(['create pipelineruns.tekton.dev', 'create configmaps', 'list taskruns.tekton.dev'])(
    'names %s when the cluster refuses it',
    async (right) => {
      await person.may(without(await shippedRules(), right));
      const ended = await ada.typed(['run', file, '--no-preflight']);
      expect(ended.exitCode, ended.stdout + ended.stderr).not.toBe(0);
      const [verb = '', resource = ''] = right.split(' ');
      expect(ended.stderr).toContain(verb);
      expect(ended.stderr).toContain(resource.split('.')[0]);
      expect(ended.stderr).toContain(ada.namespace);
    },
  );

  it('lets nobody see or run anything in the space of another team', async () => {
    await person.may(await shippedRules());
    await ada.machine.slipway([
      'context',
      'new',
      'other',
      '--kubeconfig',
      `${ada.machine.folder}/kubeconfig`,
      '--namespace',
      'team-b',
      '--image',
      'testbed.local/runner:1',
    ]);
    for (const args of [['runs'], ['run', file, '--no-preflight'], ['logs', 'x']]) {
      const ended = await typedBy(ada.machine, [...args, '--context', 'other']);
      expect(ended.exitCode).not.toBe(0);
      expect(ended.stderr).toContain('team-b');
      expect(ended.stderr).toMatch(/may not|forbidden/);
    }
  });
});

const customTask = `apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: { generateName: custom- }
spec:
  pipelineSpec:
    tasks:
      - name: approve
        taskRef: { apiVersion: example.test/v1, kind: Approval, name: ask }
`;
