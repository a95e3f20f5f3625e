import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Core } from '../../../shared/src/server/index.ts';
import { json, type Ended } from '../cli/slipway.ts';
import { makeCrowd } from '../devenv/crowd.ts';
import { ClusterMachine, profile } from './clusterMachine.ts';
import { coreInProcess } from './coreInProcess.ts';
import { shippedRules } from './person.ts';
import { typedTo } from './typedTo.ts';

const secret = 'git-of-ada';
const listSecrets = { apiGroups: [''], resources: ['secrets'], verbs: ['list'] };

let at: ClusterMachine;
let core: Core;

beforeAll(async () => {
  at = await ClusterMachine.create('colleagues');
  await at.kubectl('create', 'secret', 'generic', secret, '--from-literal=password=open-sesame');
  const rules = await shippedRules();
  const people = new Map([
    ['ada', rules],
    ['bob', [...rules, listSecrets]],
  ]);
  // Nothing of what they start finds a node.
  await makeCrowd(at, { ...profile, nodeSelector: { 'slipway.test/nowhere': 'true' } }, people);
  core = coreInProcess(at.machine);
});

afterAll(async () => {
  await core.dispose();
  await at.dispose();
});

const typed = (argv: readonly string[]): Promise<Ended> => typedTo(core, argv, at.machine.work);

describe('the Secrets of a space', () => {
  it('are listed by name to who may list them, and no value is', async () => {
    const ended = await typed(['context', 'secrets', 'bob']);
    expect(ended.exitCode, ended.stderr).toBe(0);
    expect(ended.stdout.split('\n')).toContain(secret);
    expect(ended.stdout).not.toContain('open-sesame');
  });

  it('are not with the shipped role, which says what can be done; a job that names one is sent all the same', async () => {
    const ended = await typed(['context', 'secrets', 'ada']);
    const words = ended.stderr.replaceAll(/\s+/g, ' ');
    expect(words).toContain(`The user oidc:ada-${at.namespace}@example.test may not list secrets in ${at.namespace}`);
    expect(words).toContain('Write the name of the Secret into the job spec: runs need no right to see it.');
    expect(words).toContain(`ask for the verb list on secrets in the namespace ${at.namespace}`);
    expect(ended.exitCode, words).toBe(4);
    expect(ended.stdout).toBe('');

    const spec = `command: ['true']\nsecrets: [{ env: PASSWORD, secret: ${secret}, key: password }]\n`;
    const file = await at.machine.write('slipway.yaml', spec);
    const sent = await typed(['run', file, '-d', '-o', 'json', '--context', 'ada']);
    expect(sent.exitCode, sent.stdout + sent.stderr).toBe(0);
    expect(await at.field(`pipelinerun/${json(sent).run}`, '.spec')).toContain(
      JSON.stringify({ secretKeyRef: { key: 'password', name: secret } }),
    );
  });
});

describe('the runs of a space', () => {
  const names = async (args: readonly string[]): Promise<string[]> => {
    const ended = await typed(['runs', '-o', 'json', ...args]);
    expect(ended.exitCode, ended.stderr).toBe(0);
    return (JSON.parse(ended.stdout) as { runs: { name: string }[] }).runs.map(({ name }) => name);
  };

  it('are everyone’s, with who started them, or one’s own where that is asked for', async () => {
    const own = async (person: string): Promise<string> =>
      json(await typed(['run', '-d', '-o', 'json', '--context', person, '--', 'true'])).run;
    const [ofAda, ofBob] = [await own('ada'), await own('bob')];
    // Nobody knows who made this one.
    const file = await at.machine.write('by-hand.yaml', pending);
    const byHand = json(await typed(['run', '--bare', file, '-d', '-o', 'json', '--context', 'bob'])).run;

    expect(await names(['--context', 'ada'])).toEqual(expect.arrayContaining([ofAda, ofBob, byHand]));
    const table = (await typed(['runs', '--context', 'ada'])).stdout;
    expect(table).toMatch(new RegExp(`^${ofAda} .* ada  +true$`, 'm'));
    expect(table).toMatch(new RegExp(`^${ofBob} .* bob  +true$`, 'm'));

    const ofBobAlone = await names(['--mine', '--context', 'bob']);
    expect(ofBobAlone).toContain(ofBob);
    expect(ofBobAlone).not.toContain(ofAda);
    expect(ofBobAlone).not.toContain(byHand);
    const ofAdaAlone = await names(['--mine', '--context', 'ada']);
    expect(ofAdaAlone).toContain(ofAda);
    expect(ofAdaAlone).not.toContain(ofBob);
    expect(ofAdaAlone).not.toContain(byHand);
  });
});

const pending = `apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: { generateName: by-hand- }
spec:
  status: PipelineRunPending
  pipelineSpec:
    tasks:
      - name: build
        taskSpec: { steps: [{ name: print, image: "testbed.local/busybox:1", script: "true" }] }
`;
