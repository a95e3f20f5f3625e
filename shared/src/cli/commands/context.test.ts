import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { SlipwayError, type ContextSummary, type RequestResult } from '../../protocol/index.ts';
import { slipway, start, type Ended } from '../testing/commandLine.ts';
import { FakeCore } from '../testing/fakeCore.ts';
import type { FakeIoOptions } from '../testing/fakeIo.ts';
import { examplePlan } from '../testing/runs.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-context-'));
});
afterEach(() => rm(folder, { recursive: true }));

const configFile = (): string => join(folder, 'config.yaml');
const config = (): Promise<string> => readFile(configFile(), 'utf8');
const profile = { name: 'team-a', namespace: 'team-a', profile: { image: 'runner:1' } };

function context(argv: readonly string[], options: FakeIoOptions = {}): Promise<Ended> {
  return slipway(['context', ...argv], { configDir: folder, cwd: folder, ...options });
}

const contexts: ContextSummary[] = [
  { name: 'local', current: false, authentication: 'none', signIn: { state: 'notNeeded' } },
  {
    name: 'team-a',
    current: true,
    authentication: 'oidc',
    server: 'https://api.example:6443',
    namespace: 'ds',
    issuer: 'https://sso.example/realms/lab',
    signIn: { state: 'signedIn', user: 'alice' },
  },
  {
    name: 'archive',
    current: false,
    authentication: 'kubeconfig',
    kubeconfig: '/home/ada/old.kubeconfig',
    signIn: { state: 'notNeeded' },
  },
  {
    name: 'lab-b',
    current: false,
    authentication: 'oidc',
    server: 'https://b.example:6443',
    signIn: { state: 'expired', reason: 'The sign-in has ended: the session at the identity provider is over.' },
  },
];

function coreWith(answer: RequestResult<'contexts/list'>): FakeCore {
  const core = new FakeCore();
  core.handlers['contexts/list'] = () => Promise.resolve(answer);
  return core;
}

describe('slipway context', () => {
  it('lists where to run and as whom', async () => {
    const core = coreWith({ contexts });
    const { stdout, exitCode } = await context(['list'], { core });
    expect(exitCode).toBe(0);
    await expect(stdout).toMatchFileSnapshot('../__golden__/context-list.piped.txt');
    expect((await context([], { core })).stdout).toBe(stdout);
    const json: unknown = JSON.parse((await context(['list', '-o', 'json'], { core })).stdout);
    expect(json).toEqual({ path: configFile(), contexts });
  });

  it('lists what is left where the file is wrong, and says what is wrong', async () => {
    const problem = { message: 'config.yaml is wrong.', action: 'Correct it.' };
    const ended = await context(['list'], { core: coreWith({ contexts: contexts.slice(0, 1), problem }) });
    expect(ended).toMatchObject({ exitCode: 2, stderr: 'error   config.yaml is wrong.\nfix     Correct it.\n' });
    expect(ended.stdout).toContain('this machine');
  });

  it('use makes one the current one, in a space', async () => {
    const core = coreWith({ contexts });
    const asked: unknown[] = [];
    core.handlers['contexts/use'] = (params) => (asked.push(params), Promise.resolve({}));
    core.handlers['contexts/setSpace'] = (params) => (asked.push(params), Promise.resolve({}));
    const { stdout } = await context(['use', 'team-a', '--space', 'ds'], { core });
    expect(asked).toEqual([{ context: 'team-a', namespace: 'ds' }, { context: 'team-a' }]);
    expect(stdout).toBe('* team-a  https://api.example:6443, space ds, signed in as alice\n');
  });

  it('spaces shows what each is good for', async () => {
    const core = new FakeCore();
    core.handlers['identity/spaces'] = () =>
      Promise.resolve({
        spaces: [
          {
            name: 'ds',
            current: true,
            allowed: 31,
            asked: 31,
            missing: [],
            quota: [
              { resource: 'requests.nvidia.com/gpu', used: '1', hard: '2' },
              { resource: 'limits.memory', used: '24Gi', hard: '64Gi' },
            ],
            gpus: 4,
            gpusFree: 2,
          },
          {
            name: 'team-b',
            current: false,
            allowed: 3,
            asked: 31,
            missing: ['create pipelineruns.tekton.dev', 'create configmaps'],
            quota: [],
            gpus: 4,
            gpusFree: 2,
          },
          { name: 'c', current: false, allowed: 0, asked: 31, missing: ['create configmaps'], quota: [], gpus: 4 },
        ],
        notes: ['You may not list namespaces.'],
      });
    const { stdout } = await context(['spaces', 'team-a'], { core });
    await expect(stdout).toMatchFileSnapshot('../__golden__/context-spaces.piped.txt');
  });
});

describe('slipway context import', () => {
  it('takes a team profile from standard input, asks nobody, and says what comes next', async () => {
    const { io, ended } = start(['context', 'import', '-', '--use'], { configDir: folder });
    io.stdin.end(stringify({ ...profile, oidc: { issuer: 'https://sso.example', clientId: 's' } }));
    expect(await ended).toBe(0);
    expect(io.written.stdout).toBe('added team-a\nsign in with "slipway login --context team-a"\n');
    expect(await config()).toContain('currentContext: team-a');
    expect((await stat(configFile())).mode & 0o777).toBe(0o600);
  });

  it('turns a kubeconfig that signs in with kubelogin into a sign-in of ours', async () => {
    const args = ['oidc-login', 'get-token', '--oidc-issuer-url', 'https://sso.example', '--oidc-client-id=k'];
    const kubeconfig = {
      clusters: [{ name: 'c', cluster: { server: 'https://api.example:6443' } }],
      users: [{ name: 'u', user: { exec: { command: 'kubectl', args } } }],
      contexts: [{ name: 'lab', context: { cluster: 'c', user: 'u' } }],
    };
    await writeFile(join(folder, 'k.yaml'), stringify(kubeconfig));
    expect(await context(['import', 'k.yaml', '--image', 'runner:1'])).toMatchObject({
      exitCode: 0,
      stdout:
        'added lab\nlab signs in with Slipway itself, without kubectl oidc-login.\n' +
        'sign in with "slipway login --context lab"\n',
    });
    expect(await config()).toContain('issuer: https://sso.example');
  });

  it('replaces only where that is wanted', async () => {
    await writeFile(join(folder, 'team.yaml'), stringify(profile));
    expect((await context(['import', 'team.yaml'])).exitCode).toBe(0);
    expect(await context(['import', 'team.yaml'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/there already[^]*--replace/),
    });
    expect((await context(['import', 'team.yaml', '--image', 'b', '--replace'])).stdout).toContain('replaced team-a');
    expect(await config()).toContain('image: b');
    const { io, ended } = start(['context', 'import', 'team.yaml'], {
      configDir: folder,
      cwd: folder,
      terminal: { columns: 80, rows: 20 },
    });
    io.stdin.write('n\n');
    expect(await ended).toBe(3);
    expect(await config()).toContain('image: b');
  });

  it.each([
    ['nothing.yaml', 2, 'cannot be read (ENOENT)'],
    ['list.yaml', 2, 'no team profile'],
  ])('refuses %s', async (file, exitCode, words) => {
    await writeFile(join(folder, 'list.yaml'), '- a');
    const ended = await context(['import', file]);
    expect(ended.exitCode).toBe(exitCode);
    expect(ended.stderr).toContain(words);
  });
});

describe('slipway context new', () => {
  it('adds a cluster that is signed in to', async () => {
    const cluster = ['--server', 'https://api.example:6443', '--certificate-authority', 'ca.pem'];
    const signIn = ['--issuer', 'https://sso.example', '--client-id', 'slipway', '--scope', 'openid', '--scope', 'x'];
    const { stdout } = await context(['new', 'lab', ...cluster, ...signIn, '--image', 'runner:1', '--namespace', 'ds']);
    expect(stdout).toBe('added lab\nsign in with "slipway login --context lab"\n');
    expect(await config()).toContain(`certificateAuthority: ${join(folder, 'ca.pem')}`);
  });

  it('adds a kubeconfig', async () => {
    const { stdout } = await context(['new', 'lab', '--kubeconfig', 'k', '--image', 'runner:1']);
    expect(stdout).toBe('added lab\ncheck it with "slipway doctor --context lab"\n');
    expect(await config()).toContain(`kubeconfig: ${join(folder, 'k')}`);
  });

  it.each([
    [['new', 'lab'], 'needs an image'],
    [['new', 'lab', '--image', 'a', '--server', 'https://x'], 'an issuer and a client id'],
    [['new', 'local', '--image', 'a'], 'local is this machine'],
    [['new', 'lab', '--image', 'a', '--issuer', 'x', '--client-id', 'y'], 'oidc.issuer'],
  ])('%j says what is missing', async (argv, words) => {
    expect(await context(argv)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(words) });
  });
});

describe('slipway context edit', () => {
  it('takes what the editor leaves, once it is right', async () => {
    await writeFile(configFile(), '# mine\nversion: 1\n', { mode: 0o600 });
    const editor = async (file: string) => {
      await writeFile(file, `${await readFile(file, 'utf8')}currentContext: local\n`);
      return 0;
    };
    expect(await context(['edit'], { editor })).toMatchObject({ exitCode: 0, stdout: `wrote ${configFile()}\n` });
    expect(await config()).toBe('# mine\nversion: 1\ncurrentContext: local\n');
    expect((await context(['edit'], { editor: () => Promise.resolve(0) })).stdout).toBe('nothing was changed\n');
  });

  it('leaves the file alone where that is wrong, and keeps the text', async () => {
    await writeFile(configFile(), 'version: 1\n', { mode: 0o600 });
    const editor = async (file: string) => (await writeFile(file, 'contexts: ['), 0);
    const ended = await context(['edit'], { editor });
    expect(ended.exitCode).toBe(2);
    const kept = /Your text is kept in (.*)\.\n/.exec(ended.stderr)?.[1] ?? '';
    expect(await readFile(kept, 'utf8')).toBe('contexts: [');
    expect(await config()).toBe('version: 1\n');
    await rm(join(kept, '..'), { recursive: true });
  });
});

describe('commands that name no context', () => {
  it('go to the current one', async () => {
    await writeFile(configFile(), stringify({ version: 1, currentContext: 'team-a', contexts: [profile] }), {
      mode: 0o600,
    });
    const core = new FakeCore();
    core.plan = examplePlan;
    await writeFile(join(folder, 'analysis.ipynb'), '{}');
    const options = { core, configDir: folder, cwd: folder };
    await slipway(['plan', 'analysis.ipynb'], options);
    await slipway(['plan', 'analysis.ipynb', '--context', 'local'], options);
    expect(core.requested('jobs/plan').map((request) => request.context)).toEqual(['team-a', 'local']);
    await slipway(['doctor'], options);
    expect(core.requested('doctor')).toMatchObject([{ context: 'team-a' }]);
  });

  it('say why where the configuration cannot tell', async () => {
    await writeFile(configFile(), 'contexts: [', { mode: 0o600 });
    const ended = await slipway(['doctor'], { core: new FakeCore(), configDir: folder });
    expect(ended).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('line 1') });
    const core = new FakeCore();
    core.refusals.set('doctor', new SlipwayError('internal', 'asked'));
    expect((await slipway(['doctor', '--context', 'local'], { core, configDir: folder })).stderr).toContain('asked');
  });
});
