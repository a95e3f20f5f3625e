import { mkdtemp, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TeamProfile } from '../../../shared/src/protocol/index.ts';
import { verbsOf, verbWords } from '../../../shared/src/targets/tekton/preflight/index.ts';
import { kubectl } from '../../cluster/cluster.mjs';
import { json, notebook } from '../cli/slipway.ts';
import { makeCrowd } from '../devenv/crowd.ts';
import { usedRights } from './auditLog.ts';
import { ClusterMachine, context, profile } from './clusterMachine.ts';
import { coreInProcess } from './coreInProcess.ts';
import { Person, rightsOf, shippedRules, without } from './person.ts';
import { typedBy, typedTo } from './typedTo.ts';

let ada: ClusterMachine;
let person: Person;
let file: string;

beforeAll(async () => {
  ada = await ClusterMachine.create('rights');
  person = await Person.at(ada, `ada-${ada.namespace}@example.test`);
  file = await ada.machine.write('small/a.ipynb', notebook([{ source: 'x = 1', tags: ['parameters'] }, 'print(x)']));
});

afterAll(async () => {
  await ada.dispose();
});

/**
 * What is asked beyond the role, each with what it is for and what becomes of it where it is refused. Runs work without all of them.
 */
const optionalLooks: Readonly<Record<string, string>> = {
  'list nodes in the cluster': 'which nodes can take a run: said to be unseen',
  'list pods in the cluster': 'what is free on those nodes: unseen like these',
  'list resourcequotas': 'what a quota leaves: said to be unseen',
  'get serviceaccounts': 'whether that of the job is there: said to be unseen, and the dry run of the pod tells',
  'get secrets': 'whether those that a job or profile names are there: said to be unseen, and the kubelet tells',
  'get persistentvolumes in the cluster':
    'whether another node has the volume of a claim: what the claim tells is told',
  'list secrets': 'a list to choose a name from: the name can be typed',
  'list namespaces in the cluster':
    'a list of spaces to choose from: those that groups and the context name are looked at',
  'list projects.project.openshift.io in the cluster': 'the same on OpenShift',
  'get configmaps in tekton-pipelines': 'the version of Tekton, which Tekton itself lets everybody read',
};

/** What the person did since. */
const audited = (from: number) => usedRights(ada.cluster.auditLog, person, from);

/** Everything that looks at more than the role shows, and what is said of that. */
async function looksBeyondTheRole(): Promise<void> {
  const spec = 'command: ["true"]\nserviceAccountName: nobody\nsecrets: [{ env: TOKEN, secret: unseen, key: token }]\n';
  await ada.machine.write('beyond/slipway.yaml', spec);
  await person.runOn({ ...onTeamData, imagePullSecrets: ['unseen-either'] });
  const sent = await ada.typed(['run'], { cwd: join(ada.machine.work, 'beyond') });
  // The dry run fails for its service account, so that nothing has to run.
  expect(sent.exitCode, sent.stdout + sent.stderr).toBe(4);
  for (const right of ['get serviceaccounts', 'get secrets', 'list resourcequotas']) {
    expect(sent.stderr).toMatch(new RegExp(`^! .* cannot be seen: you may not ${right}$`, 'm'));
  }
  const secrets = await typedBy(ada.machine, ['context', 'secrets', context]);
  expect(secrets.exitCode, secrets.stdout).toBe(4);
  const spaces = await typedBy(ada.machine, ['context', 'spaces', context]);
  expect(spaces.stdout, spaces.stderr).toMatch(new RegExp(`^\\* ${ada.namespace} +may run$`, 'm'));
  expect(spaces.stdout).toContain('You may not list namespaces');
  expect(spaces.exitCode).toBe(0);
  await person.runOn(profile);
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
    await kubectl(['apply', '-n', ada.namespace, '-f', '-'], { input: JSON.stringify(teamData) });
    await person.runOn(onTeamData);
    const second = await ada.typed(['run', '-o', 'json', ...big], { cwd });
    expect(second.exitCode, second.stderr + second.stdout).toBe(0);
    const recalled = await ada.typed(['runs', '--history']);
    expect(recalled.exitCode, recalled.stderr).toBe(0);
    await person.runOn(profile);
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
    await person.runOn({ ...profile, nodeSelector: nowhere });
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
    await looksBeyondTheRole();
    const retried = await ada.typed(['retry', run, '--from', 'report', '-d', '-o', 'json']);
    expect(retried.exitCode, retried.stdout + retried.stderr).toBe(0);
    expect((await ada.typed(['cancel', json(retried).run])).exitCode).toBe(0);
    for (const removes of [
      // The one has just been cancelled, and takes steps from the other.
      ['delete', json(retried).run, run],
      ['prune', '--keep', '1'],
    ]) {
      const ended = await ada.typed([...removes, '--yes']);
      expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);
    }

    const { allowed, refused } = await audited(size);
    const granted = new Set(rightsOf(rules));
    expect([...granted].filter((right) => !allowed.has(right))).toEqual([]);
    // Whatever came of it: RBAC alone would not let anything else be allowed.
    const beyond = [...new Set([...allowed, ...refused])].filter((right) => !granted.has(right));
    expect(beyond.toSorted()).toEqual(Object.keys(optionalLooks).toSorted());
  });

  it('names each right that is missing before anything is sent, and sends what works without it', async () => {
    const rules = await shippedRules();
    const verbs = verbsOf(34);
    expect(verbs.map(verbWords).toSorted()).toEqual(rightsOf(rules).toSorted());
    // Each by somebody who has all but that one, in a folder without large files.
    const whoLacks = (words: string): string => `no-${words.replaceAll(/[ /.]/g, '-')}`;
    const crowd = await ada.colleague();
    const people = verbs.map((verb) => [whoLacks(verbWords(verb)), without(rules, verbWords(verb))] as const);
    // What is sent starts nowhere.
    await makeCrowd(crowd, { ...profile, nodeSelector: nowhere }, new Map(people));
    const core = coreInProcess(crowd.machine);
    try {
      await Promise.all(
        verbs.map(async (verb) => {
          const words = verbWords(verb);
          const argv = ['run', '-d', '--context', whoLacks(words), '--', 'true'];
          const { stdout, stderr, exitCode } = await typedTo(core, argv, crowd.machine.work);
          const said = `${stdout}${stderr}`.replaceAll(/\s+/g, ' ');
          expect(said, words).toContain(`you may not ${words} in ${ada.namespace} (without it ${verb.without})`);
          expect(said.match(new RegExp(`you may not \\S+ \\S+ in ${ada.namespace}`, 'g')), said).toHaveLength(1);
          expect(exitCode, `${words}\n${said}`).toBe(verb.essential ? 4 : 0);
        }),
      );
    } finally {
      await core.dispose();
      await crowd.machine.dispose();
    }
  });

  it.each(['create pipelineruns.tekton.dev', 'create configmaps', 'list taskruns.tekton.dev'])(
    'names %s when the cluster refuses it',
    async (right) => {
      await person.may(without(await shippedRules(), right));
      const ended = await ada.typed(['run', file, '--no-preflight']);
      expect(ended.exitCode, ended.stdout + ended.stderr).not.toBe(0);
      expect(ended.stderr).toMatch(new RegExp(`may not ${right} ([^ ]+ )?in ${ada.namespace}`));
      const [verb = '', resource = ''] = right.split(' ');
      expect(ended.stderr).toContain(
        `Ask for the right: verb ${verb} on ${resource} in the namespace ${ada.namespace}`,
      );
    },
  );

  it('lets nobody see, change or run anything in the space of another team', async () => {
    await person.may(await shippedRules());
    const theirs = await ClusterMachine.create('rights-theirs', { nodeSelector: nowhere });
    try {
      const sent = await theirs.typed(['run', '-d', '-o', 'json', '--no-preflight', '--', 'true']);
      const { run } = json(sent);
      const objects = () => theirs.names(['pipelinerun', 'configmap', 'pvc', 'taskrun']);
      await theirs.until('it waits', async () => (await theirs.names(['pod'])).length > 0 || undefined);
      const before = await objects();
      const mine = ['--kubeconfig', `${ada.machine.folder}/kubeconfig`, '--image', 'testbed.local/runner:1'];
      await ada.machine.slipway(['context', 'new', 'other', ...mine, '--namespace', theirs.namespace]);
      const custom = await ada.machine.write('custom.yaml', customTask);
      const tried: readonly (readonly string[])[] = [
        ['runs'],
        ['runs', '--mine'],
        ...[[], ['-f']].map((follow) => ['logs', run, ...follow]),
        ...['watch', 'why', 'cancel', 'rerun', 'retry', 'artifacts'].map((verb) => [verb, run]),
        ['artifacts', 'get', run],
        ['delete', run, '--yes'],
        ['prune', '--keep', '1', '--yes'],
        ['run', file, '--no-preflight'],
        ['run', '--bare', custom],
      ];
      for (const args of tried) {
        const ended = await typedBy(ada.machine, [...args, '--context', 'other']);
        expect(ended.exitCode, args.join(' ')).toBe(4);
        const words = `The user oidc:${person.email} may not \\S+ \\S+( \\S+)? in ${theirs.namespace} on the cluster`;
        expect(ended.stderr, args.join(' ')).toMatch(new RegExp(words));
        expect(ended.stdout, args.join(' ')).not.toContain(run);
      }
      const sighted = await typedBy(ada.machine, ['run', file, '--context', 'other']);
      expect(sighted.stderr).toContain(`you may not create pipelineruns.tekton.dev in ${theirs.namespace}`);
      expect(sighted.exitCode).toBe(4);
      expect(await objects()).toEqual(before);
      expect(await theirs.field(`pipelinerun/${run}`, '.spec.status')).toBe('');
    } finally {
      await theirs.dispose();
    }
  });
});

/** Where no node is. */
const nowhere = { 'slipway.test/nowhere': 'true' };

const teamData = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'team-data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '100Mi' } } },
};

const onTeamData: TeamProfile = { ...profile, volume: { kind: 'claim', claimName: teamData.metadata.name } };

const customTask = `apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: { generateName: custom- }
spec:
  pipelineSpec:
    tasks:
      - name: approve
        taskRef: { apiVersion: example.test/v1, kind: Approval, name: ask }
`;
