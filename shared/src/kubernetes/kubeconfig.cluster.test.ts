import { copyFile, mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { idToken } from '../../../test/cluster/cluster.mjs';
import { createKubernetesApi } from './client.ts';
import { inClusterContext } from './kubeconfig/inCluster.ts';
import { ClusterPlace } from './testing/clusterPlace.ts';
import { failureOf } from './testing/failure.ts';

const { signal } = new AbortController();
const [ada, grace] = ['ada@example.com', 'grace@example.com'].map((email) => ({
  user: `oidc:${email}`,
  token: idToken(email),
})) as [{ user: string; token: string }, { user: string; token: string }];

let place: ClusterPlace;
beforeAll(async () => {
  place = await ClusterPlace.create();
});
afterAll(() => place.dispose());
beforeEach(() => place.begin());
afterEach(() => place.end());

describe('a kubeconfig of a real cluster', () => {
  it('names server, user and space, and the cluster knows the user', async () => {
    const api = await place.open(await place.write({ token: ada.token }));
    const server = `https://127.0.0.1:${place.proxy.port}`;
    expect(api.cluster).toEqual({ context: 'gpu', server, user: 'alice', namespace: 'team-a' });
    expect(await place.whoIs(api)).toBe(ada.user);
    expect((await place.open(join(place.folder, 'config'), { namespace: 'other' })).cluster.namespace).toBe('other');
  });

  it('is put together of the several files of KUBECONFIG, missing ones skipped, or found in the home folder', async () => {
    const inParts = await Promise.all([
      place.write({ token: 'of-nobody' }, { context: { user: 'grace' } }, join(place.folder, 'first')),
      writeFile(
        join(place.folder, 'second'),
        JSON.stringify({
          users: [
            { name: 'alice', user: { token: 'late' } },
            { name: 'grace', user: { token: grace.token } },
          ],
        }),
      ).then(() => join(place.folder, 'second')),
    ]);
    const env = { KUBECONFIG: ['', join(place.folder, 'missing'), ...inParts].join(delimiter) };
    expect(await place.whoIs(await place.open(undefined, { env }))).toBe(grace.user);
    await mkdir(join(place.folder, '.kube'));
    await place.write({ token: ada.token }, {}, join(place.folder, '.kube', 'config'));
    expect(await place.whoIs(await place.open(undefined))).toBe(ada.user);
    expect(await place.whoIs(await place.open('~/.kube/config'))).toBe(ada.user);
  });

  it('takes paths from its own folder', async () => {
    const { apiUrl: server, certificateAuthority, pki } = place.cluster;
    await mkdir(join(place.folder, 'pki'));
    const copies = [certificateAuthority, join(pki, 'admin.crt'), join(pki, 'admin.key')];
    await Promise.all(
      copies.map((from, index) => copyFile(from, join(place.folder, `pki/${['ca', 'crt', 'key'][index]}`))),
    );
    const user = { 'client-certificate': 'pki/crt', 'client-key': 'pki/key' };
    const config = await place.write(user, { cluster: { server, 'certificate-authority': 'pki/ca' } });
    expect(await place.whoIs(await place.open(config))).toBe('admin');
  });

  it('reads a token file again when it changes', async () => {
    const config = await place.write({ tokenFile: 'token' });
    const file = join(place.folder, 'token');
    await writeFile(file, `${ada.token}\n`);
    const api = await place.open(config);
    expect(await place.whoIs(api)).toBe(ada.user);
    await writeFile(file, `${grace.token}\n\n`);
    expect(await place.whoIs(api)).toBe(grace.user);
    await rm(file);
    expect(await failureOf(place.whoIs(api))).toMatchObject({ code: 'credentials.failed' });
    await writeFile(file, '\n');
    expect((await failureOf(place.whoIs(api))).message).toMatch(/holds no token/);
  });

  it('reads a token file again after a 401, even when it looks unchanged', async () => {
    const config = await place.write({ tokenFile: 'token' });
    const file = join(place.folder, 'token');
    const time = new Date(1_700_000_000_000);
    const write = async (token: string) => {
      await writeFile(file, token);
      await utimes(file, time, time);
    };
    const expired = idToken('ada@example.com', { seconds: -60 });
    await write(expired);
    const api = await place.open(config);
    const shown = place.shown();
    expect(await failureOf(place.whoIs(api))).toMatchObject({ code: 'cluster.unauthorized' });
    await write(ada.token.padEnd(expired.length));
    expect(await place.whoIs(api)).toBe(ada.user);
    expect(shown().filter((header) => header === `Bearer ${ada.token}`)).toHaveLength(1);
  });

  it("is not needed in a pod, which has its service account's token", async () => {
    await copyFile(place.cluster.certificateAuthority, join(place.folder, 'ca.crt'));
    await writeFile(join(place.folder, 'token'), `${ada.token}\n`);
    await writeFile(join(place.folder, 'namespace'), 'team-a\n');
    const { hostname, port } = new URL(place.cluster.apiUrl);
    const env = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
    const found = await inClusterContext(env, signal, place.folder);
    if (found === undefined) throw new Error('nothing was found');
    const cluster = {
      context: 'gpu',
      server: place.cluster.apiUrl,
      user: found.user,
      namespace: found.namespace ?? '',
    };
    expect(cluster.namespace).toBe('team-a');
    const api = createKubernetesApi({ cluster, access: found.access });
    expect(await place.whoIs(api)).toBe(ada.user);
    api.dispose();
    expect(await inClusterContext({}, signal, place.folder)).toBeUndefined();
    expect(await inClusterContext(env, signal, join(place.folder, 'none'))).toBeUndefined();
  });

  it('may expect another name in the certificate, where the cluster is reached by an address that is not in it', async () => {
    const relay = createServer((socket) => {
      const upstream = connect(place.proxy.port, '127.0.0.1');
      socket.pipe(upstream).pipe(socket);
      socket.on('error', () => upstream.destroy());
      upstream.on('error', () => socket.destroy());
    });
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.2', resolve));
    const server = `https://127.0.0.2:${(relay.address() as AddressInfo).port}`;
    const open = async (name: Readonly<Record<string, string>>) =>
      place.open(await place.write({ token: ada.token }, { cluster: { server, ...name } }));
    expect(await failureOf(place.whoIs(await open({})))).toMatchObject({ code: 'cluster.untrusted' });
    expect(await place.whoIs(await open({ 'tls-server-name': 'kubernetes.default.svc' }))).toBe(ada.user);
    place.end();
    await new Promise((resolve) => relay.close(resolve));
  });

  it('warns where nothing is checked', async () => {
    const warnings: string[] = [];
    const unchecked = { 'certificate-authority': '', 'insecure-skip-tls-verify': true };
    const config = await place.write({ token: ada.token }, { cluster: unchecked });
    const api = await place.open(config, { warn: (warning) => warnings.push(warning) });
    expect(await place.whoIs(api)).toBe(ada.user);
    expect(warnings).toEqual([expect.stringContaining('insecure-skip-tls-verify')]);
  });
});
