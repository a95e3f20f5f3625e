import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { TestBrowser } from '../../../shared/src/identity/testing/testBrowser.ts';
import { startProvider, type TestProvider } from '../../../shared/src/identity/testing/testProvider.ts';
import { TestAuthority } from '../../../shared/src/kubernetes/testing/certificates.ts';
import { SlipwayError, type TeamProfile } from '../../../shared/src/protocol/index.ts';
import { createCore, type Core } from '../../../shared/src/server/index.ts';
import { environmentIn } from '../../../shared/src/server/testing/realCore.ts';
import { trustingFetch } from '../../identity/trustingFetch.ts';
import { clusterStatus, kubectl, trustIssuer } from '../../cluster/cluster.mjs';

const never = new AbortController().signal;
const profile: TeamProfile = {
  image: 'testbed.local/runner:1',
  instanceTypes: { small: { cpu: '10m', memory: '128Mi' } },
  defaultInstanceType: 'small',
  securityContext: { runAsUser: 1001, runAsGroup: 1001, fsGroup: 1001 },
  volume: { kind: 'perRun', size: '64Mi', storageClassName: 'local' },
  // No node has this label: the run waits, and costs nothing.
  nodeSelector: { 'slipway.test/nowhere': 'true' },
};

/** Of each try. */
let space: string;
let foreign: string;
let root: string;
let authority: TestAuthority;
let provider: TestProvider;
let core: Core;
let forget: (() => Promise<void>) | undefined;

beforeEach(async () => {
  const id = randomBytes(3).toString('hex');
  [space, foreign] = [`signed-in-${id}`, `signed-out-${id}`];
  root = await mkdtemp(join(tmpdir(), 'slipway-signed-in-'));
  authority = await TestAuthority.create();
  provider = await startProvider({
    pair: await authority.issue('/CN=issuer', 'IP:127.0.0.1'),
    groups: [space, 'ds-team'],
  });
  const { apiUrl, certificateAuthority } = await clusterStatus();
  const context = {
    name: 'lab',
    cluster: { server: apiUrl, certificateAuthority },
    oidc: { ...provider.settings, certificateAuthorityData: await authority.certificate(), usernameClaim: 'email' },
    namespace: space,
    namespaces: [foreign],
    profile,
  };
  await mkdir(join(root, 'config'), { mode: 0o700 });
  await writeFile(join(root, 'config/config.yaml'), stringify({ version: 1, contexts: [context] }), { mode: 0o600 });
  await prepareSpaces();
  core = createCore(await environmentIn(root, { env: { HOME: root, SLIPWAY_TOKEN_STORAGE: 'file' } }));
});

afterEach(async () => {
  await core.dispose();
  await forget?.();
  forget = undefined;
  await provider.stop();
  await authority.dispose();
  await kubectl(['delete', 'namespace', space, foreign, '--wait=false']);
  await rm(root, { recursive: true });
});

/** The shipped role in one space, bound to a group, and nothing in the other. */
async function prepareSpaces(): Promise<void> {
  for (const namespace of [space, foreign]) await kubectl(['create', 'namespace', namespace]);
  const roleFile = join(import.meta.dirname, '../../../docs/platform/role.yaml');
  const [role] = parseAllDocuments(await readFile(roleFile, 'utf8'));
  await kubectl(['apply', '--namespace', space, '-f', '-'], { input: String(role) });
  const binding = ['create', 'rolebinding', 'ds-team', '--role=slipway-user', '--group=oidc:ds-team'];
  await kubectl([...binding, '--namespace', space]);
  const quota = ['create', 'quota', 'team', '--hard=pods=20', '--namespace', space];
  await kubectl(quota);
}

async function signIn(): Promise<void> {
  const send = trustingFetch(await authority.certificate());
  const told = core.onNotification((name, params) => {
    if (name !== 'identity/prompt' || !('prompt' in params) || params.prompt.kind !== 'open') return;
    const { url, redirectUri } = params.prompt;
    void new TestBrowser('alice', send).signIn(url, redirectUri).then((callback) => fetch(callback));
  });
  const status = await core.handlers['identity/signIn']({ context: 'lab', id: 's', flow: 'browser' }, never);
  told.dispose();
  expect(status).toMatchObject({ state: 'signedIn', user: 'alice@example.com', groups: [space, 'ds-team'] });
}

describe('a person who signed in', () => {
  it('is told what the API server may have against the token, then is known to it, sees the spaces and runs there', async () => {
    const states: string[] = [];
    core.onNotification((name, params) => {
      if (name === 'context/changed' && 'state' in params) states.push(`${params.state}: ${params.reason ?? ''}`);
    });
    await core.handlers['runs/watch']({ context: 'lab' }, never);
    await vi.waitFor(() => expect(states.at(-1)).toMatch(/^stale: .*[Nn]obody is signed in/), { timeout: 20_000 });
    await signIn();
    const refused = await core.handlers['identity/whoami']({ context: 'lab' }, never);
    expect(refused).toMatchObject({
      provider: { user: 'alice@example.com' },
      failure: { message: expect.any(String) },
    });
    expect(Object.fromEntries(refused.checks.map(({ name, outcome }) => [name, outcome]))).toEqual({
      clock: 'pass',
      issuer: 'pass',
      audience: 'pass',
      signature: 'pass',
      email: 'pass',
      groups: 'pass',
      'API server': 'warn',
    });
    forget = await trustIssuer({
      url: provider.issuer,
      audience: provider.settings.clientId,
      certificateAuthority: await authority.certificate(),
      usernameClaim: 'email',
    });
    expect(await core.handlers['identity/whoami']({ context: 'lab' }, never)).toMatchObject({
      provider: { user: 'alice@example.com', groups: [space, 'ds-team'] },
      cluster: { user: 'oidc:alice@example.com', groups: expect.arrayContaining(['oidc:ds-team']) },
      checks: [],
    });
    // Watches go on by themselves.
    await vi.waitFor(() => expect(states.at(-1)).toMatch(/^live/), { timeout: 60_000 });

    const { spaces, notes } = await core.handlers['identity/spaces']({ context: 'lab' }, never);
    expect(spaces.map(({ name, current }) => [name, current])).toEqual([
      [space, true],
      [foreign, false],
    ]);
    expect(spaces[0]).toMatchObject({ missing: [], allowed: spaces[0]?.asked });
    expect(spaces[1]).toMatchObject({
      allowed: 0,
      missing: expect.arrayContaining(['create pipelineruns.tekton.dev']),
    });
    expect(notes.join(' ')).toContain('may not list namespaces');

    const submission = { context: 'lab', folder: { kind: 'disk', path: root }, spec: { command: 'true' } } as const;
    const run = await core.handlers['runs/submit'](submission, never);
    const annotation = "jsonpath={.metadata.annotations['slipway\\.dev/user']}";
    const user = await kubectl(['get', 'pipelinerun', run.name, '--namespace', space, '-o', annotation]);
    expect(user).toBe('alice@example.com');
    await core.handlers['runs/cancel']({ context: 'lab', run: run.name }, never);

    // What is open ends with the sign-in: nobody goes on to see what another person may.
    await core.handlers['identity/signOut']({ context: 'lab' }, never);
    await expect.poll(() => states.at(-1)).toMatch(/^stale: .*[Nn]obody is signed in/);
    await signIn();
    await expect.poll(() => states.at(-1)).toMatch(/^live/);

    await core.handlers['contexts/setSpace']({ context: 'lab', namespace: foreign }, never);
    await expect(core.handlers['runs/submit'](submission, never)).rejects.toMatchObject({
      code: 'cluster.forbidden',
      message: expect.stringContaining(foreign),
    });
    await core.handlers['identity/signOut']({ context: 'lab' }, never);
    const codeOfList = () =>
      core.handlers['runs/list']({ context: 'lab' }, never).then(
        () => 'listed',
        (error: unknown) => (SlipwayError.is(error) ? error.code : String(error)),
      );
    await expect.poll(codeOfList).toBe('signIn.required');
  });
});
