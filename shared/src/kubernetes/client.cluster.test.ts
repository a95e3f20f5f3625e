import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import * as z from 'zod';
import type { KubernetesApi, ResourceType } from './api.ts';
import { apiFailureOf, isAlreadyExists, isConflict, isForbidden, isNotFound, isUnauthorized } from './errors.ts';
import { listAll } from './list.ts';
import { openCluster } from './openCluster.ts';
import { resources } from './resources.ts';
import { TestAuthority } from './testing/certificates.ts';
import { failureOf } from './testing/failure.ts';
import { issueToken, type TestCluster, testCluster } from './testing/testCluster.ts';

const { signal } = new AbortController();
const any = z.looseObject({});
const configMap = z.object({
  metadata: z.looseObject({ name: z.string(), uid: z.string().optional(), resourceVersion: z.string().optional() }),
  data: z.record(z.string(), z.string()).optional(),
});
const namespace = `t-access-${randomUUID().slice(0, 8)}`;
const configMaps = { type: resources.configMaps, namespace };
/** A test that is tried again finds nothing of the first time. */
const ofThisTry = (name: string) => `${name}-${randomUUID().slice(0, 4)}`;
const named = (name: string) => ({ ...configMaps, name });
const body = (name: string, data: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});

let cluster: TestCluster;
let folder: string;
let api: KubernetesApi;

beforeAll(async () => {
  cluster = await testCluster();
  folder = await mkdtemp(join(tmpdir(), 'slipway-cluster-'));
  api = await openCluster({
    context: 'test',
    kubeconfig: cluster.kubeconfig,
    namespace,
    env: {},
    homedir: folder,
    signal,
  });
  const space = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  await api.create({ type: resources.namespaces }, space, {}, any, signal);
});
afterAll(async () => {
  await api.delete({ type: resources.namespaces, name: namespace }, {}, signal);
  api.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** The cluster as another user; `more` changes the cluster's entry. */
async function openAs(user: object, more: object = {}): Promise<KubernetesApi> {
  const config = {
    'current-context': 'x',
    clusters: [
      {
        name: 'c',
        cluster: { server: cluster.apiUrl, 'certificate-authority': cluster.certificateAuthority, ...more },
      },
    ],
    users: [{ name: 'somebody', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'somebody', namespace } }],
  };
  const kubeconfig = join(folder, `${randomUUID()}.yaml`);
  await writeFile(kubeconfig, stringify(config), { mode: 0o600 });
  return openCluster({ context: 'test', kubeconfig, env: {}, homedir: folder, signal });
}

/** What comes of reading a ConfigMap as another user. */
async function refusedAs(user: object, more: object = {}) {
  const other = await openAs(user, more);
  const error = await failureOf(other.get(named('a'), configMap, signal));
  other.dispose();
  return error;
}

const seconds = () => Math.floor(Date.now() / 1000);

describe('objects of a real cluster', () => {
  it('are made, read, replaced, patched and deleted', async () => {
    const name = ofThisTry('a');
    const made = await api.create(configMaps, body(name, { x: '1' }), {}, configMap, signal);
    expect((await api.get(named(name), configMap, signal)).data).toEqual({ x: '1' });
    const again = await failureOf(api.create(configMaps, body(name), {}, configMap, signal));
    expect([again.code, isAlreadyExists(again)]).toEqual(['cluster.conflict', true]);

    await api.patch(named(name), { data: { y: '2' } }, { kind: 'merge' }, configMap, signal);
    await api.patch(named(name), [{ op: 'remove', path: '/data/x' }], { kind: 'json' }, configMap, signal);
    const patched = await api.patch(named(name), { data: { z: '3' } }, { kind: 'strategic' }, configMap, signal);
    expect(patched.data).toEqual({ y: '2', z: '3' });

    const stale = { ...body(name), metadata: { name, resourceVersion: made.metadata.resourceVersion } };
    const conflict = await failureOf(api.replace(named(name), stale, {}, configMap, signal));
    expect([conflict.code, isConflict(conflict), isAlreadyExists(conflict)]).toEqual(['cluster.conflict', true, false]);
    expect((await api.replace(named(name), body(name, { q: 'ü' }), {}, configMap, signal)).data).toEqual({ q: 'ü' });

    const other = await failureOf(api.delete(named(name), { uid: randomUUID() }, signal));
    expect(other.code).toBe('cluster.conflict');
    expect(
      await api.delete(named(name), { uid: made.metadata.uid ?? '', propagationPolicy: 'Background' }, signal),
    ).toBe(true);
    expect(await api.delete(named(name), {}, signal)).toBe(false);
  });

  it('are only tried in a dry run', async () => {
    const made = await api.create(configMaps, body('dry'), { dryRun: true }, configMap, signal);
    expect(made.metadata.uid).toBeDefined();
    const error = await failureOf(api.get(named('dry'), configMap, signal));
    expect(error.message).toBe(`The cluster test has no ConfigMap "dry" in ${namespace}.`);
    expect(isNotFound(error)).toBe(true);
  });

  it('are listed page by page, by label', async () => {
    const page = ofThisTry('page');
    const names = Array.from({ length: 7 }, (_, index) => `${page}-${index}`);
    const labelled = (name: string) => ({ ...body(name), metadata: { name, labels: { page } } });
    await Promise.all(names.map((name) => api.create(configMaps, labelled(name), {}, configMap, signal)));
    const pages: string[][] = [];
    for await (const { items } of listAll(
      api,
      configMaps,
      { labelSelector: `page=${page}`, limit: 3 },
      configMap,
      signal,
    )) {
      pages.push(items.map(({ metadata }) => metadata.name));
    }
    expect(pages).toEqual([names.slice(0, 3), names.slice(3, 6), names.slice(6)]);
    const gone = await failureOf(api.list(configMaps, { limit: 3, continue: 'x' }, configMap, signal));
    expect(gone.code).toBe('cluster.refused');
  });

  it('of a wrong form are refused in words', async () => {
    const misspelt = { ...body('m'), dta: {} };
    const strict = await failureOf(api.create(configMaps, misspelt, {}, configMap, signal));
    expect(strict.message).toBe(
      `The cluster test refused to create configmaps "m" in ${namespace}: unknown field "dta".`,
    );
    const large = await failureOf(
      api.create(configMaps, body('l', { x: 'y'.repeat(1_200_000) }), {}, configMap, signal),
    );
    expect([large.code, large.action]).toEqual(['cluster.refused', expect.stringMatching(/smaller/)]);
    const name = await failureOf(api.create(configMaps, body('Big'), {}, configMap, signal));
    expect(name.message).toMatch(/metadata\.name: Invalid value: "Big": a lowercase RFC 1123 subdomain/);
    const nowhere = await failureOf(
      api.create({ ...configMaps, namespace: 'nowhere' }, body('a'), {}, configMap, signal),
    );
    expect(nowhere.message).toMatch(/has no space "nowhere"/);
  });

  it('of Tekton are refused in its own words', async () => {
    const run = (spec: object) =>
      failureOf(
        api.create(
          { type: resources.pipelineRuns, namespace },
          { apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', metadata: { name: 'r' }, spec },
          { dryRun: true },
          any,
          signal,
        ),
      );
    const step = { name: 's', image: 'x', resources: {} };
    const unknown = await run({ pipelineSpec: { tasks: [{ name: 't', taskSpec: { steps: [step] } }] } });
    expect(unknown.message).toMatch(
      /refused to create pipelineruns\.tekton\.dev "r" in \S+: unknown field "resources"\.$/,
    );
    const template = await run({ podTemplate: {} });
    expect(template.message).toMatch(/: unknown field "spec\.podTemplate"\.$/);
    const capital = await run({
      pipelineSpec: { tasks: [{ name: 'T', taskSpec: { steps: [{ name: 's', image: 'x' }] } }] },
    });
    expect(capital.message).toMatch(
      /: invalid value "T": spec\.pipelineSpec\.tasks\[0\]\.name; Pipeline Task name must be/,
    );
  });

  it('over a quota are refused with the numbers', async () => {
    const name = ofThisTry('q');
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name },
      spec: { hard: { 'count/secrets': '0' } },
    };
    await api.create({ type: resources.resourceQuotas, namespace }, quota, {}, any, signal);
    const secrets = { type: resources.secrets, namespace };
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } };
    // The admission controller sees a new quota a moment later.
    let error: Error | undefined;
    while (error === undefined) {
      error = await api.create(secrets, secret, { dryRun: true }, any, signal).then(
        () => undefined,
        (reason: unknown) => (reason instanceof Error ? reason : new Error('no reason')),
      );
      if (error === undefined) await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await api.delete({ type: resources.resourceQuotas, namespace, name }, {}, signal);
    expect(error).toMatchObject({ code: 'cluster.quota' });
    expect(error.message).toMatch(
      /exceeded quota: q-\w+, requested: count\/secrets=1, used: .*|status unknown for quota/,
    );
  });

  it('of types that are not served are told apart', async () => {
    const get = (type: ResourceType) => failureOf(api.list({ type, namespace }, {}, any, signal));
    const { pipelineRuns } = resources;
    expect((await get({ ...pipelineRuns, version: 'v9' })).message).toBe(
      'The cluster test does not know pipelineruns of tekton.dev/v9.',
    );
    expect(await get({ ...pipelineRuns, group: 'batch.volcano.sh' })).toMatchObject({ code: 'cluster.notFound' });
  });

  it('stream as they change', async () => {
    const { resourceVersion } = await api.list(configMaps, {}, configMap, signal);
    const stream = await api.stream(configMaps, { watch: true, resourceVersion }, {}, signal);
    const name = ofThisTry('seen');
    await api.create(configMaps, body(name), {}, configMap, signal);
    let text = '';
    for await (const chunk of stream) {
      text += Buffer.from(chunk).toString('utf8');
      if (text.endsWith('\n')) break;
    }
    expect(JSON.parse(text)).toMatchObject({ type: 'ADDED', object: { metadata: { name } } });
  });
});

describe('who asks a real cluster', () => {
  it('is told by the cluster', async () => {
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const schema = z.object({ status: z.object({ userInfo: z.object({ username: z.string() }) }) });
    const me = await api.create({ type: resources.selfSubjectReviews }, review, {}, schema, signal);
    const impersonating = await openAs({ ...(await adminUser()), as: 'jürgen', 'as-groups': ['a', 'b'] });
    const other = await impersonating.create({ type: resources.selfSubjectReviews }, review, {}, schema, signal);
    impersonating.dispose();
    expect(me.status.userInfo.username).toBe('admin');
    expect(other.status.userInfo.username).toBe('jürgen');
  });

  it('by a token that is wrong, expired or for somebody else is not let in', async () => {
    const wrong = await refusedAs({ token: 'wrong-token' });
    expect(wrong.code).toBe('cluster.unauthorized');
    expect(wrong.message).toBe(
      'The cluster test did not accept the user somebody: it does not know the token, or no longer.',
    );
    expect(isUnauthorized(wrong)).toBe(true);
    const past = { email: 'a@example.com', iat: seconds() - 7200, exp: seconds() - 3600 };
    const expired = await refusedAs({ token: await issueToken(cluster, past) });
    expect(expired.message).toMatch(/its token expired at 20\d\d-\d\d-\d\dT[\d:]+Z\.$/);
    const foreign = { email: 'a@example.com', iat: seconds(), exp: seconds() + 600, aud: 'other' };
    expect(await refusedAs({ token: await issueToken(cluster, foreign) })).toMatchObject({
      code: 'cluster.unauthorized',
    });
  });

  it('by a good token without rights is told which is missing', async () => {
    const token = await issueToken(cluster, { email: 'a@example.com', iat: seconds(), exp: seconds() + 600 });
    const error = await refusedAs({ token });
    expect(error.code).toBe('cluster.forbidden');
    expect(error.message).toBe(
      `The user oidc:a@example.com may not get configmaps "a" in ${namespace} on the cluster test (${cluster.apiUrl}).`,
    );
    expect(error.action).toBe(`Ask for the right: verb get on configmaps in the namespace ${namespace}.`);
    expect(isForbidden(error)).toBe(true);
    expect(apiFailureOf(error)).toMatchObject({ status: 403, reason: 'Forbidden' });
    const other = await openAs({ token });
    const path = { type: resources.pods, namespace, name: 'p', subresource: 'exec' };
    const upgrade = await failureOf(other.connect(path, { command: ['true'] }, ['v4.channel.k8s.io'], signal));
    other.dispose();
    expect(upgrade).toMatchObject({
      code: 'cluster.forbidden',
      action: expect.stringMatching(/verbs get and create on pods\/exec/),
    });
  });

  it('by nothing is told to sign in', async () => {
    const error = await refusedAs({});
    expect(error.code).toBe(error.message.includes('system:anonymous') ? 'cluster.forbidden' : 'cluster.unauthorized');
    expect(error.action).toMatch(/[Ss]ign in/);
  });

  it('by a client certificate that has expired is told when', async () => {
    const authority = await TestAuthority.of({
      certificate: await readFile(join(cluster.pki, 'ca.crt'), 'utf8'),
      key: await readFile(join(cluster.pki, 'ca.key'), 'utf8'),
    });
    const from = '20240101000000Z';
    const pair = await authority.issue('/CN=old', '', { from, to: '20240201000000Z' });
    const fresh = await authority.issue('/CN=fresh', '');
    await authority.dispose();
    const data = ({ certificate, key }: { certificate: string; key: string }) => ({
      'client-certificate-data': Buffer.from(certificate).toString('base64'),
      'client-key-data': Buffer.from(key).toString('base64'),
    });
    const error = await refusedAs(data(pair));
    expect(error.code).toBe('cluster.unauthorized');
    expect(error.message).toMatch(/its client certificate expired at 2024-02-01T00:00:00Z\.$/);
    expect((await refusedAs(data(fresh))).message).toMatch(/^The user fresh may not get configmaps/);
  });

  it('is not sent to a cluster that is not trusted, or not there', async () => {
    const foreign = await TestAuthority.create();
    const file = join(folder, 'foreign.crt');
    await writeFile(file, await foreign.certificate());
    await foreign.dispose();
    const untrusted = await refusedAs({ token: 'x' }, { 'certificate-authority': file });
    expect(untrusted.code).toBe('cluster.untrusted');
    expect(untrusted.message).toMatch(/signed by an unknown authority\.$/);
    const name = await refusedAs({ token: 'x' }, { 'tls-server-name': 'other.example.com' });
    expect(name.message).toMatch(/its certificate is for another name/);
    const elsewhere = new URL(cluster.apiUrl);
    elsewhere.port = '1';
    expect(await refusedAs({ token: 'x' }, { server: elsewhere.href })).toMatchObject({ code: 'cluster.unreachable' });
  });

  it('may be a service account, with a token in a file', async () => {
    const name = ofThisTry('reader');
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } };
    const accounts = { type: resources.serviceAccounts, namespace };
    await api.create(accounts, account, {}, any, signal);
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } };
    const schema = z.object({ status: z.object({ token: z.string() }) });
    const path = { ...accounts, name, subresource: 'token' };
    const { status } = await api.create(path, request, {}, schema, signal);
    const file = join(folder, 'token');
    await writeFile(file, 'not-yet');
    const reader = await openAs({ tokenFile: file });
    expect(await failureOf(reader.get(named('a'), configMap, signal))).toMatchObject({ code: 'cluster.unauthorized' });
    await writeFile(file, `${status.token}\n`);
    const error = await failureOf(reader.get(named('a'), configMap, signal));
    reader.dispose();
    expect(error.message).toMatch(`The user system:serviceaccount:${namespace}:${name} may not get configmaps "a"`);
  });
});

/** The administrator's user entry. */
async function adminUser(): Promise<object> {
  const config: unknown = parse(await readFile(cluster.kubeconfig, 'utf8'));
  return z.object({ users: z.array(z.object({ user: z.looseObject({}) })) }).parse(config).users[0]?.user ?? {};
}
