import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secretName } from '../../../shared/src/devenv/names/index.ts';
import type { Core } from '../../../shared/src/server/index.ts';
import { adminRequest } from '../cluster/adminRequest.ts';
import type { ClusterMachine } from '../cluster/clusterMachine.ts';
import { bundleDir, coreInProcess } from '../cluster/coreInProcess.ts';
import { rightsOf, shippedRules, without, type Rule } from '../cluster/person.ts';
import { typedTo } from '../cluster/typedTo.ts';
import { command } from '../cli/slipway.ts';
import { makeCrowd } from './crowd.ts';
import { devEnvProfile, LifecycleMachine } from './lifecycleMachine.ts';

/** One DevEnv that runs and one that does not, and for each right a person who has all but that one. */
let life: LifecycleMachine;
let machine: ClusterMachine;
/** Cores of this machine, and of one that no DevEnv knows yet. */
let core: Core;
let stranger: Core;
let running: string;
let resting: string;

/** The context of the person who lacks a right: `no-get-pods-exec`. */
const whoLacks = (right: string): string => `no-${right.replaceAll(/[ /.]/g, '-')}`;
const aboutPods = ['get pods', 'watch pods', 'create pods', 'delete pods', 'patch pods', 'list pods'];
const aboutClaims = ['get', 'list', 'watch', 'create', 'patch', 'delete'].map(
  (verb) => `${verb} persistentvolumeclaims`,
);
const aboutSecrets = ['get secrets', 'create secrets', 'patch secrets', 'delete secrets'];
const droppable = [...aboutPods, ...aboutClaims, ...aboutSecrets, 'get pods/exec', 'get pods/portforward'];

beforeAll(async () => {
  life = await LifecycleMachine.create('devenv-verbs');
  const made = await Promise.all([life.create('shared', {}, true), life.create('resting')]);
  [running = '', resting = ''] = made.map(({ name }) => name);
  machine = await life.machine.colleague();
  const rules = [...(await shippedRules()), ...(await shippedRules('slipway-devenv'))];
  const [ofSecret, ofPod] = [[secretName(resting)], [resting]];
  const named: Rule[] = [
    ...without(without(rules, 'delete secrets'), 'delete pods'),
    { apiGroups: [''], resources: ['secrets'], verbs: ['delete'], resourceNames: ofSecret },
    { apiGroups: [''], resources: ['pods'], verbs: ['delete'], resourceNames: ofPod },
  ];
  const roles = droppable.map((right) => [whoLacks(right), without(rules, right)] as const);
  await Promise.all([
    life.start(running),
    makeCrowd(machine, devEnvProfile, new Map([...roles, ['all', rules], ['named', named]])),
  ]);
  const { folder } = machine.machine;
  core = coreInProcess(machine.machine, { bundleDir });
  stranger = coreInProcess(machine.machine, { bundleDir, dataDir: join(folder, 'stranger') });
});

afterAll(async () => {
  await core.dispose();
  await stranger.dispose();
  await machine.machine.dispose();
  await life.dispose();
});

async function type(of: Core, argv: readonly string[]) {
  const { exitCode, stdout, stderr } = await typedTo(of, argv, machine.machine.work);
  return { exitCode, said: `${stdout}${stderr}`.replaceAll(/\s+/g, ' ') };
}

/** All that is there of DevEnvs, each by its identity. */
const things = async (): Promise<string[]> => {
  const { namespace, cluster } = life.machine;
  const kinds = ['pods', 'persistentvolumeclaims', 'secrets'];
  const lists = await Promise.all(
    kinds.map((kind) => adminRequest(cluster.kubeconfig, 'GET', `/api/v1/namespaces/${namespace}/${kind}`)),
  );
  return (lists as readonly List[]).flatMap(({ items }, index) =>
    items.map(({ metadata: { name, uid } }) => `${kinds[index]} ${name} ${uid}`),
  );
};

interface List {
  readonly items: readonly { readonly metadata: { readonly name: string; readonly uid: string } }[];
}

/** That verb, resource and namespace are named, and whom to ask for what. */
function expectNamed(said: string, right: string): void {
  const [verb = '', resource = ''] = right.split(' ');
  const { namespace } = life.machine;
  expect(said).toMatch(new RegExp(`may not ${verb} ${resource}( "[^"]+")? in ${namespace} on the cluster`));
  const verbs = resource.includes('/') ? 'verbs get and create' : `verb ${verb}`;
  expect(said).toContain(`Ask for the right: ${verbs} on ${resource} in the namespace ${namespace}.`);
}

/** The built command, whose input stays open as that of a client that waits. */
function asSsh(argv: readonly string[]): Promise<{ readonly exitCode: unknown; readonly stderr: string }> {
  return new Promise((resolve) => {
    const options = { env: machine.machine.environment, timeout: 60_000 };
    execFile(process.execPath, [command, ...argv], options, (error, _stdout, stderr) =>
      resolve({ exitCode: error?.code ?? 0, stderr }),
    );
  });
}

/** What people type, and the rights that it takes. `{running}` and `{resting}` are the DevEnvs. */
interface Action {
  readonly command: string;
  readonly rights: readonly string[];
  /** Default: 4. */
  readonly exitCode?: number;
}
const actions: readonly Action[] = [
  {
    command: 'devenv create',
    rights: [
      'get persistentvolumeclaims',
      'create persistentvolumeclaims',
      'get secrets',
      'create secrets',
      'patch secrets',
      'get pods',
      'create pods',
    ],
  },
  {
    command: 'devenv start {resting}',
    rights: ['get persistentvolumeclaims', 'get secrets', 'get pods', 'create pods'],
  },
  { command: 'devenv stop {running}', rights: ['get persistentvolumeclaims', 'get pods', 'watch pods', 'delete pods'] },
  {
    command: 'devenv restart {running}',
    rights: ['get persistentvolumeclaims', 'get pods', 'watch pods', 'delete pods', 'create pods'],
  },
  {
    command: 'devenv delete {running} --workspace --yes',
    rights: ['get pods', 'watch pods', 'delete pods', 'get secrets', 'delete secrets', 'delete persistentvolumeclaims'],
  },
  { command: 'devenv delete {running} --yes', rights: ['delete secrets', 'patch persistentvolumeclaims'] },
  {
    command: 'devenv resize {running} --idle-stop 3h',
    rights: ['get persistentvolumeclaims', 'patch persistentvolumeclaims'],
  },
  { command: 'devenv list', rights: ['list persistentvolumeclaims', 'list pods'] },
  { command: 'devenv status {running}', rights: ['get persistentvolumeclaims', 'get pods'] },
  { command: 'devenv devices {running}', rights: ['get secrets'] },
  { command: 'devenv run {running} -- true', rights: ['get pods/exec'] },
  { command: 'devenv jobs {running}', rights: ['get pods/exec'] },
  { command: 'devenv logs {running} last', rights: ['get pods/exec'] },
  { command: 'devenv stop-job {running} last', rights: ['get pods/exec'] },
  { command: 'devenv test {running}', rights: ['get pods', 'get pods/portforward'], exitCode: 1 },
  { command: 'devenv jupyter {running}', rights: ['get pods/exec', 'get pods/portforward'] },
  { command: 'cp . {running}:there', rights: ['get secrets', 'get pods/portforward'] },
];

const typed = (command: string, right: string): string[] => {
  const [before = '', after] = command.replace('{running}', running).replace('{resting}', resting).split(' -- ');
  return [
    ...before.split(' '),
    '--context',
    whoLacks(right),
    ...(after === undefined ? [] : ['--', ...after.split(' ')]),
  ];
};

describe('a Role that lacks one verb', () => {
  it.each([...actions])(
    'is told to who types "$command", and nothing is left halfway',
    async ({ command, rights, exitCode = 4 }) => {
      const before = await things();
      const ends = await Promise.all(rights.map((right) => type(core, typed(command, right))));
      for (const [index, right] of rights.entries()) {
        expectNamed(ends[index]?.said ?? '', right);
        expect(ends[index]?.exitCode, right).toBe(exitCode);
      }
      expect(await things()).toEqual(before);
    },
  );

  it('is told to a machine that connects for the first time, and what was changed all the same', async () => {
    const argv = (right: string) => typed('devenv connect {running} --no-include', right);
    for (const right of ['get secrets', 'patch secrets', 'patch pods']) {
      const { said, exitCode } = await type(stranger, argv(right));
      expectNamed(said, right);
      expect(exitCode, right).toBe(4);
      expect(said.includes(`Who may log in to ${running} was changed`), said).toBe(right === 'patch pods');
    }
    const again = await type(stranger, argv('patch pods'));
    expect(again.exitCode, again.said).toBe(0);
    const { devices } = await stranger.handlers['devenvs/devices'](
      { context: 'all', name: running },
      AbortSignal.timeout(60_000),
    );
    const fingerprint = devices.find(({ current }) => current)?.fingerprint ?? '';
    const removed = await type(stranger, typed(`devenv remove-device ${fingerprint} {running}`, 'patch secrets'));
    expectNamed(removed.said, 'patch secrets');
    expect(removed.exitCode).toBe(4);
  });

  it.each([
    ['ssh {running} -- true', 'get pods/portforward', 255],
    ['ssh {running} -- true', 'get secrets', 4],
    ['ssh-proxy {running}', 'get pods/portforward', 4],
    ['ssh-proxy {resting}', 'get pods', 4],
  ])('is told by the program that ssh waits for: %s, %s', async (line, right, exitCode) => {
    const { stderr, exitCode: found } = await asSsh(typed(line, right));
    expectNamed(stderr.replaceAll(/\s+/g, ' '), right);
    expect(found, stderr).toBe(exitCode);
  });

  it('is told while a list is followed', async () => {
    const news: string[] = [];
    const listener = core.onNotification((name, params) => {
      if (name === 'devenv/context' && 'reason' in params) news.push(params.reason ?? '');
    });
    for (const right of ['watch persistentvolumeclaims', 'watch pods']) {
      const never = new AbortController().signal;
      const { watch } = await core.handlers['devenvs/watch']({ context: whoLacks(right) }, never);
      await life.machine.until(`${right} is named`, () =>
        Promise.resolve(news.some((reason) => reason.includes(`may not ${right}`)) ? true : undefined),
      );
      await core.handlers['devenvs/unwatch']({ watch }, never);
    }
    listener.dispose();
  });

  it('is told of a start that cannot be waited for, and the DevEnv starts all the same', async () => {
    const { said, exitCode } = await type(core, typed('devenv start {resting}', 'watch pods'));
    expectNamed(said, 'watch pods');
    expect(exitCode).toBe(4);
    expect((await life.get(resting)).state).toMatch(/starting|running/);
  });
});

it('a Role that gives a right for the one object only is enough to delete it', async () => {
  const { said, exitCode } = await type(core, [
    'devenv',
    'delete',
    resting,
    '--workspace',
    '--yes',
    '--context',
    'named',
  ]);
  expect(exitCode, said).toBe(0);
  expect((await things()).filter((thing) => thing.includes(` ${secretName(resting)} `))).toEqual([]);
});

it('every right of the shipped roles that DevEnvs take is tried here, but for those of runs', async () => {
  const tried = new Set(actions.flatMap(({ rights }) => rights));
  const elsewhere = ['patch pods', 'watch persistentvolumeclaims'];
  const devEnvs = rightsOf(await shippedRules('slipway-devenv'));
  expect(devEnvs.filter((right) => !tried.has(right) && !elsewhere.includes(right))).toEqual([]);
});
