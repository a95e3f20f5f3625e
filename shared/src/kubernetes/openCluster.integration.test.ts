import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inClusterContext } from './kubeconfig/inCluster.ts';
import { failureOf } from './testing/failure.ts';
import { testToken } from './testing/faultCluster.ts';
import { type Entry, KubeconfigPlace } from './testing/kubeconfigPlace.ts';

const { signal } = new AbortController();

let place: KubeconfigPlace;

beforeAll(async () => {
  place = await KubeconfigPlace.create();
});
afterAll(() => place.cluster.dispose());
beforeEach(() => place.begin());
afterEach(() => place.end());

describe('a kubeconfig', () => {
  it('names server, user and space', async () => {
    const api = await place.open(await place.write({ token: testToken }));
    const server = place.cluster.server.url.origin;
    expect(api.cluster).toEqual({ context: 'gpu', server, user: 'alice', namespace: 'ds-team' });
    const shown = place.showAuthorization();
    await api.text('/', {}, signal);
    expect(shown).toEqual([`Bearer ${testToken}`]);
    expect((await place.open(join(place.folder, 'config'), { namespace: 'other' })).cluster.namespace).toBe('other');
  });

  it('is found by KUBECONFIG, missing files skipped, or in the home folder', async () => {
    const file = await place.write({ token: testToken });
    const env = { KUBECONFIG: ['', join(place.folder, 'missing'), file].join(delimiter) };
    expect((await place.open(undefined, { env })).cluster.user).toBe('alice');
    expect(await place.refuse(undefined, { env: { KUBECONFIG: join(place.folder, 'missing') } })).toMatchObject({
      code: 'kubeconfig.invalid',
    });
    expect((await place.refuse(undefined)).message).toMatch(/There is no kubeconfig: .*\.kube\/config does not exist/);
    await mkdir(join(place.folder, '.kube'));
    await place.write({ token: testToken }, {}, join(place.folder, '.kube', 'config'));
    expect((await place.open(undefined)).cluster.user).toBe('alice');
    expect((await place.open('~/.kube/config')).cluster.user).toBe('alice');
  });

  it('takes paths from its own folder', async () => {
    const { certificate, key } = await place.cluster.authority.issue('/CN=alice', '');
    const paths = { 'client-certificate': 'pki/alice.crt', 'client-key': 'pki/alice.key' };
    const config = await place.write(paths, {
      cluster: { 'certificate-authority-data': '', 'certificate-authority': 'pki/ca.crt' },
    });
    await mkdir(join(place.folder, 'pki'));
    await writeFile(join(place.folder, 'pki/ca.crt'), place.cluster.authorities);
    await writeFile(join(place.folder, 'pki/alice.crt'), certificate);
    await writeFile(join(place.folder, 'pki/alice.key'), key);
    expect((await (await place.open(config)).text('/', {}, signal)).text).toBe('{}');
  });

  it('reads a token file again when it changes', async () => {
    const config = await place.write({ tokenFile: 'token' });
    const file = join(place.folder, 'token');
    await writeFile(file, 'one\n');
    const shown = place.showAuthorization();
    const api = await place.open(config);
    await api.text('/', {}, signal);
    await writeFile(file, 'second\n');
    await api.text('/', {}, signal);
    expect(shown).toEqual(['Bearer one', 'Bearer second']);
    await rm(file);
    expect(await failureOf(api.text('/', {}, signal))).toMatchObject({ code: 'credentials.failed' });
    await writeFile(file, '\n');
    expect((await failureOf(api.text('/', {}, signal))).message).toMatch(/holds no token/);
  });

  it('reads a token file again after a 401, even when it looks unchanged', async () => {
    const config = await place.write({ tokenFile: 'token' });
    const file = join(place.folder, 'token');
    const time = new Date(1_700_000_000_000);
    await writeFile(file, 'one');
    await utimes(file, time, time);
    const api = await place.open(config);
    await api.text('/', {}, signal);
    await writeFile(file, 'two');
    await utimes(file, time, time);
    place.cluster.server.handle = (request, response) => {
      response.statusCode = request.headers.authorization === 'Bearer two' ? 200 : 401;
      response.end('ok');
    };
    expect((await api.text('/', {}, signal)).text).toBe('ok');
  });

  it("is not needed in a pod, which has its service account's token", async () => {
    await writeFile(join(place.folder, 'ca.crt'), place.cluster.authorities);
    await writeFile(join(place.folder, 'token'), 'pod-token\n');
    await writeFile(join(place.folder, 'namespace'), 'ds-team\n');
    const { hostname, port } = place.cluster.server.url;
    const env = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
    const found = await inClusterContext(env, signal, place.folder);
    if (found === undefined) throw new Error('nothing was found');
    expect(found.namespace).toBe('ds-team');
    const shown = place.showAuthorization();
    await place.cluster.api(found.access).text('/', {}, signal);
    expect(shown).toEqual(['Bearer pod-token']);
    expect(await inClusterContext({}, signal, place.folder)).toBeUndefined();
    expect(await inClusterContext(env, signal, join(place.folder, 'none'))).toBeUndefined();
  });

  it('may be given up while it is read', async () => {
    const config = await place.write({ token: testToken });
    expect(await place.refuse(config, { signal: AbortSignal.abort() })).toMatchObject({ code: 'cancelled' });
  });

  it('may give a password', async () => {
    const shown = place.showAuthorization();
    await (await place.open(await place.write({ username: 'al', password: 'pw' }))).text('/', {}, signal);
    expect(shown).toEqual([`Basic ${Buffer.from('al:pw').toString('base64')}`]);
  });

  it('warns where nothing is checked', async () => {
    const warnings: string[] = [];
    const config = await place.write(
      {},
      { cluster: { 'certificate-authority-data': '', 'insecure-skip-tls-verify': true } },
    );
    const api = await place.open(config, { warn: (warning) => warnings.push(warning) });
    expect((await api.text('/', {}, signal)).text).toBe('{}');
    expect(warnings).toEqual([expect.stringContaining('insecure-skip-tls-verify')]);
  });

  it.each<[string, Entry, { cluster?: Entry; context?: Entry }, RegExp]>([
    [
      'auth-provider',
      { 'auth-provider': { name: 'gcp', config: { 'access-token': testToken } } },
      {},
      /auth-provider, which Kubernetes removed/,
    ],
    [
      'half of a certificate',
      { 'client-certificate-data': Buffer.from('-----BEGIN X').toString('base64') },
      {},
      /client-key is missing/,
    ],
    [
      'a missing certificate file',
      { 'client-certificate': 'no.crt', 'client-key': 'no.key' },
      {},
      /no\.(crt|key), does not exist/,
    ],
    [
      'data that is no PEM',
      { 'client-key-data': testToken, 'client-certificate-data': testToken },
      {},
      /is not PEM in base64/,
    ],
    ['a broken pair', pem('-----BEGIN CERTIFICATE-----\nx', '-----BEGIN PRIVATE KEY-----\nx'), {}, /cannot be used/],
    ['a token that is none', { token: `${testToken}\r\nx: y` }, {}, /The token of the user "alice" is no token/],
    [
      'a token that is no text',
      { token: 12 },
      {},
      /user "alice" in the kubeconfig .* cannot be used: token: expected string/,
    ],
    ['no server', {}, { cluster: { server: '' } }, /it names no server/],
    ['a server that is none', {}, { cluster: { server: `ftp://x:${testToken}@y` } }, /its server is no URL/],
    ['a CA that is none', {}, { cluster: pemCa('-----BEGIN CERTIFICATE-----\nx') }, /holds no certificate/],
    [
      'a CA file that is missing',
      {},
      { cluster: { 'certificate-authority-data': '', 'certificate-authority': 'no.crt' } },
      /no\.crt, does not exist/,
    ],
    ['a proxy that is none', {}, { cluster: { 'proxy-url': `ftp://x:${testToken}@y` } }, /its proxy-url is no URL/],
    ['an unknown cluster', {}, { context: { cluster: 'nope' } }, /names the cluster "nope", which does not exist/],
    ['an unknown user', {}, { context: { user: 'nope' } }, /names the user "nope", which does not exist/],
    ['no cluster', {}, { context: { cluster: '' } }, /it names no cluster/],
  ])('with %s is refused in words', async (_name, user, more, words) => {
    const error = await place.refuse(await place.write(user, more));
    expect(error.code).toBe('kubeconfig.invalid');
    expect(error.message).toMatch(words);
    expect(error.action).toBeTruthy();
    expect(`${error.message} ${error.action ?? ''}`).not.toContain(testToken);
  });

  it('that is not there, not to be read, or has no such context is told', async () => {
    const config = await place.write({ token: testToken });
    const unknown = await place.refuse(config, { kubeconfigContext: 'nope' });
    expect(unknown.message).toMatch(/has no context "nope"/);
    expect(unknown.action).toBe('Choose another context. It has: here.');
    expect((await place.refuse(join(place.folder, 'nope'))).message).toMatch(/There is no kubeconfig .*nope/);
    expect((await place.refuse(place.folder)).message).toMatch(/is a folder, not a kubeconfig/);
    await writeFile(join(place.folder, 'empty'), '');
    expect((await place.refuse(join(place.folder, 'empty'))).message).toMatch(/has no current context/);
  });

  it('with a key that is not of its certificate is refused', async () => {
    const [one, other] = await Promise.all([
      place.cluster.authority.issue('/CN=a', ''),
      place.cluster.authority.issue('/CN=b', ''),
    ]);
    const error = await place.refuse(await place.write(pem(one.certificate, other.key)));
    expect(error.message).toMatch(/do not belong together/);
  });
});

function pem(certificate: string, key: string): Entry {
  const data = (text: string) => Buffer.from(text).toString('base64');
  return { 'client-certificate-data': data(certificate), 'client-key-data': data(key) };
}

function pemCa(text: string): Entry {
  return { 'certificate-authority-data': Buffer.from(text).toString('base64') };
}
