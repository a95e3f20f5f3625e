import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { idToken } from '../../../test/cluster/cluster.mjs';
import { resources } from './resources.ts';
import { TestAuthority } from './testing/certificates.ts';
import { ClusterPlace } from './testing/clusterPlace.ts';
import { failureOf } from './testing/failure.ts';
import { connectProxy, socksProxy, type TestProxy } from './testing/proxies.ts';

const { signal } = new AbortController();
const token = idToken('ada@example.com');
const me = 'oidc:ada@example.com';

let place: ClusterPlace;
let proxy: TestProxy | undefined;
beforeAll(async () => {
  place = await ClusterPlace.create();
});
afterAll(() => place.dispose());
beforeEach(() => place.begin());
afterEach(async () => {
  place.end();
  await proxy?.stop();
  proxy = undefined;
});

/** The kubeconfig of somebody who reaches the API server itself through a proxy alone. */
async function kubeconfigThrough(made: Promise<TestProxy>, scheme: string, user = '', as: object = { token }) {
  proxy = await made;
  const cluster = { server: place.cluster.apiUrl, 'proxy-url': `${scheme}://${user}127.0.0.1:${proxy.port}` };
  return place.write({ ...as }, { cluster });
}

const through = async (...args: Parameters<typeof kubeconfigThrough>) => place.open(await kubeconfigThrough(...args));

describe('a proxy before a real cluster', () => {
  it('is gone through once for many requests', async () => {
    const api = await through(connectProxy(), 'http');
    for (let count = 0; count < 3; count += 1) expect(await place.whoIs(api)).toBe(me);
    expect(proxy?.asked).toEqual([new URL(place.cluster.apiUrl).host]);
  });

  it('gets its user and password, and never the credential of the cluster', async () => {
    const headers: unknown[] = [];
    const made = connectProxy((request) => {
      headers.push(request.headers['proxy-authorization'], request.headers.authorization);
      return 'pass';
    });
    expect(await place.whoIs(await through(made, 'http', 'al%40ice:p%3Aw@'))).toBe(me);
    expect(headers).toEqual([`Basic ${Buffer.from('al@ice:p:w').toString('base64')}`, undefined]);
  });

  it('carries streams and WebSockets too, and tells when it breaks off', async () => {
    const { pki } = place.cluster;
    const admin = { 'client-certificate': join(pki, 'admin.crt'), 'client-key': join(pki, 'admin.key') };
    const api = await through(connectProxy(), 'http', '', admin);
    const configMaps = { type: resources.configMaps, namespace: 'team-a' };
    const stream = await api.stream(configMaps, { watch: true }, {}, signal);
    const chunks = stream[Symbol.asyncIterator]();
    expect(Buffer.from((await chunks.next()).value as Uint8Array).toString()).toMatch(/^\{"type":"ADDED"/);
    // The API server itself refuses: there is no such pod.
    const exec = { type: resources.pods, namespace: 'team-a', name: 'nobody', subresource: 'exec' };
    const refused = await failureOf(api.connect(exec, { command: ['true'] }, ['v4.channel.k8s.io'], signal));
    expect(refused).toMatchObject({ code: 'cluster.notFound' });
    await proxy?.stop();
    const cut = async () => {
      while ((await chunks.next()).done !== true);
    };
    expect(await failureOf(cut())).toMatchObject({ code: 'cluster.unreachable' });
  });

  it('may speak TLS, with a certificate that the machine trusts', async () => {
    const authority = await TestAuthority.create();
    const [file, pair] = [join(place.folder, 'proxies.crt'), await authority.issue('/CN=proxy', 'IP:127.0.0.1')];
    await writeFile(file, await authority.certificate());
    await authority.dispose();
    const config = await kubeconfigThrough(connectProxy(undefined, pair), 'https');
    const error = await failureOf(place.open(config).then((api) => place.whoIs(api)));
    expect(error.code).toBe('cluster.unreachable');
    expect(error.message).toMatch(
      /through its proxy\. The proxy https:\/\/127\.0\.0\.1:\d+ could not be used: .*certificate/,
    );
    // Which authorities are trusted is read once in a process.
    const script = `import { openCluster } from ${JSON.stringify(join(import.meta.dirname, 'openCluster.ts'))};
      const signal = AbortSignal.timeout(60_000);
      const api = await openCluster({ context: 'x', kubeconfig: ${JSON.stringify(config)}, env: {}, homedir: '/', signal });
      console.log(JSON.parse((await api.text('/version', {}, signal)).text).gitVersion);
      api.dispose();`;
    const env = { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: file };
    const ended = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env });
    expect(ended.stdout).toMatch(/^v1\.\d+/);
    expect(proxy?.asked.at(-1)).toBe(new URL(place.cluster.apiUrl).host);
  });

  it.each([
    ['without a user', () => socksProxy(), ''],
    ['with a user', () => socksProxy({ user: 'al', password: 'pw' }), 'al:pw@'],
  ])('may speak SOCKS 5 %s', async (_name, made, user) => {
    const api = await through(made(), 'socks5', user);
    for (let count = 0; count < 3; count += 1) expect(await place.whoIs(api)).toBe(me);
    expect(proxy?.asked).toEqual([new URL(place.cluster.apiUrl).host]);
  });
});
