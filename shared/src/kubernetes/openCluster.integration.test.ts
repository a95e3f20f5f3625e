import { chmod, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { KubernetesApi } from './api.ts';
import { inClusterContext } from './kubeconfig/inCluster.ts';
import { openCluster, type OpenClusterOptions } from './openCluster.ts';
import { failureOf } from './testing/failure.ts';
import { FaultCluster, testToken } from './testing/faultCluster.ts';

const { signal } = new AbortController();

let cluster: FaultCluster;
let folder: string;
const opened: KubernetesApi[] = [];

beforeAll(async () => {
  cluster = await FaultCluster.start();
});
afterAll(() => cluster.dispose());
afterEach(async () => {
  for (const api of opened.splice(0)) api.dispose();
  cluster.reset();
  await rm(folder, { recursive: true, force: true });
});

type User = Record<string, unknown>;

/** A kubeconfig in a folder of its own. */
async function write(user: User, more: { cluster?: User; context?: User; name?: string } = {}): Promise<string> {
  folder = await mkdtemp(join(tmpdir(), 'slipway-kubeconfig-'));
  return writeTo(join(folder, more.name ?? 'config'), user, more);
}

async function writeTo(file: string, user: User, more: { cluster?: User; context?: User } = {}): Promise<string> {
  const authority = Buffer.from(cluster.authorities).toString('base64');
  const server = { server: cluster.server.url.href, 'certificate-authority-data': authority, ...more.cluster };
  const config = {
    'current-context': 'here',
    clusters: [{ name: 'c', cluster: server }],
    users: [{ name: 'alice', user }],
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'alice', namespace: 'ds-team', ...more.context } }],
  };
  await writeFile(file, stringify(config));
  return file;
}

async function open(kubeconfig: string | undefined, more: Partial<OpenClusterOptions> = {}): Promise<KubernetesApi> {
  const api = await openCluster({ context: 'gpu', kubeconfig, env: {}, homedir: folder, signal, ...more });
  opened.push(api);
  return api;
}

const refuse = (kubeconfig: string | undefined, more: Partial<OpenClusterOptions> = {}) =>
  failureOf(open(kubeconfig, more));

/** What the server was shown. */
function showAuthorization(): string[] {
  const shown: string[] = [];
  cluster.server.handle = (request, response) => {
    shown.push(request.headers.authorization ?? '');
    response.end('ok');
  };
  return shown;
}

describe('a kubeconfig', () => {
  it('names server, user and space', async () => {
    const api = await open(await write({ token: testToken }));
    const server = cluster.server.url.origin;
    expect(api.cluster).toEqual({ context: 'gpu', server, user: 'alice', namespace: 'ds-team' });
    const shown = showAuthorization();
    await api.text('/', {}, signal);
    expect(shown).toEqual([`Bearer ${testToken}`]);
    expect((await open(join(folder, 'config'), { namespace: 'other' })).cluster.namespace).toBe('other');
  });

  it('is found by KUBECONFIG, missing files skipped, or in the home folder', async () => {
    const file = await write({ token: testToken });
    const env = { KUBECONFIG: ['', join(folder, 'missing'), file].join(delimiter) };
    expect((await open(undefined, { env })).cluster.user).toBe('alice');
    expect(await refuse(undefined, { env: { KUBECONFIG: join(folder, 'missing') } })).toMatchObject({
      code: 'kubeconfig.invalid',
    });
    expect((await refuse(undefined)).message).toMatch(/There is no kubeconfig: .*\.kube\/config does not exist/);
    await mkdir(join(folder, '.kube'));
    await writeTo(join(folder, '.kube', 'config'), { token: testToken });
    expect((await open(undefined)).cluster.user).toBe('alice');
    expect((await open('~/.kube/config')).cluster.user).toBe('alice');
  });

  it('takes paths from its own folder', async () => {
    const { certificate, key } = await cluster.authority.issue('/CN=alice', '');
    const paths = { 'client-certificate': 'pki/alice.crt', 'client-key': 'pki/alice.key' };
    const config = await write(paths, {
      cluster: { 'certificate-authority-data': '', 'certificate-authority': 'pki/ca.crt' },
    });
    await mkdir(join(folder, 'pki'));
    await writeFile(join(folder, 'pki/ca.crt'), cluster.authorities);
    await writeFile(join(folder, 'pki/alice.crt'), certificate);
    await writeFile(join(folder, 'pki/alice.key'), key);
    expect((await (await open(config)).text('/', {}, signal)).text).toBe('{}');
  });

  it('reads a token file again when it changes', async () => {
    const config = await write({ tokenFile: 'token' });
    const file = join(folder, 'token');
    await writeFile(file, 'one\n');
    const shown = showAuthorization();
    const api = await open(config);
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
    const config = await write({ tokenFile: 'token' });
    const file = join(folder, 'token');
    const time = new Date(1_700_000_000_000);
    await writeFile(file, 'one');
    await utimes(file, time, time);
    const api = await open(config);
    await api.text('/', {}, signal);
    await writeFile(file, 'two');
    await utimes(file, time, time);
    cluster.server.handle = (request, response) => {
      response.statusCode = request.headers.authorization === 'Bearer two' ? 200 : 401;
      response.end('ok');
    };
    expect((await api.text('/', {}, signal)).text).toBe('ok');
  });

  it("is not needed in a pod, which has its service account's token", async () => {
    folder = await mkdtemp(join(tmpdir(), 'slipway-kubeconfig-'));
    await writeFile(join(folder, 'ca.crt'), cluster.authorities);
    await writeFile(join(folder, 'token'), 'pod-token\n');
    await writeFile(join(folder, 'namespace'), 'ds-team\n');
    const { hostname, port } = cluster.server.url;
    const env = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
    const found = await inClusterContext(env, signal, folder);
    if (found === undefined) throw new Error('nothing was found');
    expect(found.namespace).toBe('ds-team');
    const shown = showAuthorization();
    await cluster.api(found.access).text('/', {}, signal);
    expect(shown).toEqual(['Bearer pod-token']);
    expect(await inClusterContext({}, signal, folder)).toBeUndefined();
    expect(await inClusterContext(env, signal, join(folder, 'none'))).toBeUndefined();
  });

  it('may be given up while it is read', async () => {
    const config = await write({ token: testToken });
    expect(await refuse(config, { signal: AbortSignal.abort() })).toMatchObject({ code: 'cancelled' });
  });

  it('may give a password', async () => {
    const shown = showAuthorization();
    await (await open(await write({ username: 'al', password: 'pw' }))).text('/', {}, signal);
    expect(shown).toEqual([`Basic ${Buffer.from('al:pw').toString('base64')}`]);
  });

  it('warns where nothing is checked', async () => {
    const warnings: string[] = [];
    const config = await write({}, { cluster: { 'certificate-authority-data': '', 'insecure-skip-tls-verify': true } });
    const api = await open(config, { warn: (warning) => warnings.push(warning) });
    expect((await api.text('/', {}, signal)).text).toBe('{}');
    expect(warnings).toEqual([expect.stringContaining('insecure-skip-tls-verify')]);
  });

  it.each<[string, User, { cluster?: User; context?: User }, RegExp]>([
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
    const error = await refuse(await write(user, more));
    expect(error.code).toBe('kubeconfig.invalid');
    expect(error.message).toMatch(words);
    expect(error.action).toBeTruthy();
    expect(`${error.message} ${error.action ?? ''}`).not.toContain(testToken);
  });

  it('that is not there, not to be read, or has no such context is told', async () => {
    const config = await write({ token: testToken });
    const unknown = await refuse(config, { kubeconfigContext: 'nope' });
    expect(unknown.message).toMatch(/has no context "nope"/);
    expect(unknown.action).toBe('Choose another context. It has: here.');
    expect((await refuse(join(folder, 'nope'))).message).toMatch(/There is no kubeconfig .*nope/);
    expect((await refuse(folder)).message).toMatch(/is a folder, not a kubeconfig/);
    await writeFile(join(folder, 'empty'), '');
    expect((await refuse(join(folder, 'empty'))).message).toMatch(/has no current context/);
  });

  it('with a key that is not of its certificate is refused', async () => {
    const [one, other] = await Promise.all([
      cluster.authority.issue('/CN=a', ''),
      cluster.authority.issue('/CN=b', ''),
    ]);
    const error = await refuse(await write(pem(one.certificate, other.key)));
    expect(error.message).toMatch(/do not belong together/);
  });
});

describe('an exec plugin', () => {
  /** A plugin that counts its runs, and prints what `body` makes of `$n`, the number of the run. */
  async function plugin(body: string, more: User = {}): Promise<string> {
    const config = await write({
      exec: { apiVersion: 'client.authentication.k8s.io/v1', command: './plugin.sh', args: ['get token'], ...more },
    });
    await writeFile(
      join(folder, 'plugin.sh'),
      `#!/bin/sh\ncd "$(dirname "$0")"\nn=$(($(cat runs 2>/dev/null || echo 0) + 1))\necho $n > runs\n${body}\n`,
    );
    await chmod(join(folder, 'plugin.sh'), 0o700);
    return config;
  }
  const credential = (status: string) =>
    `printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":${status}}' "$n"`;
  const runs = async () => Number(await readFile(join(folder, 'runs'), 'utf8'));
  const env = { PATH: process.env.PATH };

  it('runs once for all who ask at once, and is cached', async () => {
    const shown = showAuthorization();
    const api = await open(await plugin(`sleep 0.2; ${credential('{"token":"t%s"}')}`), { env });
    await Promise.all(Array.from({ length: 20 }, () => api.text('/', {}, signal)));
    await api.text('/', {}, signal);
    expect(await runs()).toBe(1);
    expect(new Set(shown)).toEqual(new Set(['Bearer t1']));
  });

  it('runs again when its credential expires', async () => {
    const shown = showAuthorization();
    let now = Date.parse('2026-01-01T00:00:00Z');
    const clock = { now: () => now, sleep: () => Promise.resolve() };
    const body = credential('{"token":"t%s","expirationTimestamp":"2026-01-01T00:10:00Z"}');
    const api = await open(await plugin(body), { env, clock });
    await api.text('/', {}, signal);
    now += 9 * 60_000;
    await api.text('/', {}, signal);
    now += 55_000;
    await api.text('/', {}, signal);
    expect(shown).toEqual(['Bearer t1', 'Bearer t1', 'Bearer t2']);
  });

  it('runs again once after a 401', async () => {
    cluster.server.handle = (request, response) => {
      response.statusCode = request.headers.authorization === 'Bearer t2' ? 200 : 401;
      response.end('ok');
    };
    const api = await open(await plugin(credential('{"token":"t%s"}')), { env });
    const all = await Promise.all(Array.from({ length: 5 }, () => api.text('/', {}, signal)));
    expect(all).toHaveLength(5);
    expect(await runs()).toBe(2);
    cluster.server.handle = (_request, response) => {
      response.statusCode = 401;
      response.end();
    };
    expect(await failureOf(api.text('/', {}, signal))).toMatchObject({ code: 'cluster.unauthorized' });
    expect(await runs()).toBe(3);
  });

  it('is told about the cluster where it asks, and has no stdin', async () => {
    const body = `printf '%s' "$KUBERNETES_EXEC_INFO" > info; cat > stdin; echo "$1 $EXTRA" > args; ${credential('{"token":"t%s"}')}`;
    const extra = [{ name: 'EXTRA', value: 'x y' }];
    const api = await open(await plugin(body, { provideClusterInfo: true, env: extra }), { env });
    await api.text('/', {}, signal);
    const info: unknown = JSON.parse(await readFile(join(folder, 'info'), 'utf8'));
    expect(info).toEqual({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      spec: {
        interactive: false,
        cluster: {
          server: cluster.server.url.href,
          'certificate-authority-data': Buffer.from(cluster.authorities).toString('base64'),
        },
      },
    });
    expect(await readFile(join(folder, 'stdin'), 'utf8')).toBe('');
    expect(await readFile(join(folder, 'args'), 'utf8')).toBe('get token x y\n');
  });

  it('may give a client certificate', async () => {
    const pair = await cluster.authority.issue('/CN=alice', '');
    const data = JSON.stringify({ clientCertificateData: pair.certificate, clientKeyData: pair.key });
    const config = await plugin('cat answer');
    const answer = `{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":${data}}`;
    await writeFile(join(folder, 'answer'), answer);
    expect((await (await open(config, { env })).text('/', {}, signal)).text).toBe('{}');
  });

  it.each([
    [
      'fails',
      'echo first >&2; printf "\\033[31mtoken %s expired\\033[0m\\n" old >&2; exit 3',
      /exited 3: token old expired\.$/,
    ],
    ['fails without a word', 'exit 1', /exited 1\.$/],
    ['kills itself', 'kill -9 $$', /was ended by SIGKILL/],
    ['prints words', 'echo please sign in', /printed something that is no ExecCredential/],
    ['prints nothing', 'true', /no ExecCredential/],
    ['prints without end', 'yes', /no ExecCredential|was ended/],
    ['gives nothing', credential('{}'), /neither a token nor a client certificate/],
    ['gives a token that is none', credential('{"token":"a b"}'), /gave a token that is none/],
  ])('that %s is told', async (_name, body, words) => {
    const api = await open(await plugin(body === 'yes' ? 'yes | head -c 3000000' : body), { env });
    const error = await failureOf(api.text('/', {}, signal));
    expect(error.code).toBe('credentials.failed');
    expect(error.message).toMatch(words);
    expect(error.message).toContain('user "alice"');
  });

  it('that is missing gives its install hint', async () => {
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'no-such-plugin',
      installHint: 'Install it with x.',
    };
    const api = await open(await write({ exec }), { env });
    const error = await failureOf(api.text('/', {}, signal));
    expect(error.message).toMatch(/The sign-in program no-such-plugin of the user "alice" was not found/);
    expect(error.action).toBe('Install it with x.');
  });

  it('of an unknown version, or that wants a terminal, is refused', async () => {
    const exec = { command: 'x', apiVersion: 'client.authentication.k8s.io/v1alpha1' };
    expect(await refuse(await write({ exec }))).toMatchObject({ code: 'credentials.failed' });
    const always = { command: 'x', apiVersion: 'client.authentication.k8s.io/v1', interactiveMode: 'Always' };
    expect((await refuse(await write({ exec: always }))).message).toMatch(/wants a terminal/);
  });

  it('ends with the last who waits for it, and with what it started', async () => {
    const api = await open(await plugin('echo $$ > pid; sleep 60 & sleep 60'), { env });
    const controller = new AbortController();
    const waiting = failureOf(api.text('/', {}, controller.signal));
    let pid = '';
    while (pid === '') {
      await new Promise((resolve) => setImmediate(resolve));
      pid = await readFile(join(folder, 'pid'), 'utf8').catch(() => '');
    }
    controller.abort();
    expect(await waiting).toMatchObject({ code: 'cancelled' });
    const lives = () => {
      try {
        return process.kill(-Number(pid), 0);
      } catch {
        return false;
      }
    };
    while (lives()) await new Promise((resolve) => setTimeout(resolve, 10));
  });

  it('may leave a program behind that holds its output', async () => {
    const api = await open(await plugin(`sleep 20 & ${credential('{"token":"t%s"}')}`), { env });
    const shown = showAuthorization();
    await api.text('/', {}, signal);
    expect(shown).toEqual(['Bearer t1']);
  });
});

function pem(certificate: string, key: string): User {
  const data = (text: string) => Buffer.from(text).toString('base64');
  return { 'client-certificate-data': data(certificate), 'client-key-data': data(key) };
}

function pemCa(text: string): User {
  return { 'certificate-authority-data': Buffer.from(text).toString('base64') };
}
