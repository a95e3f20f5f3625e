import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { idToken } from '../../../../test/cluster/cluster.mjs';
import type { ProxiedRequest } from '../../../../test/cluster/faultProxy.ts';
import { ClusterPlace } from '../testing/clusterPlace.ts';
import { failureOf } from '../testing/failure.ts';
import type { Entry } from '../testing/kubeconfigPlace.ts';
import { credentialFile, writePlugin } from '../testing/plugin.ts';

const env = { PATH: process.env.PATH };
const users = ['first', 'second', 'third'].map((name) => `oidc:${name}@example.com`);
const tokens = users.map((user) => idToken(user.slice('oidc:'.length)));

let place: ClusterPlace;
beforeAll(async () => {
  place = await ClusterPlace.create();
});
afterAll(() => place.dispose());
beforeEach(() => place.begin());
afterEach(() => place.end());

/** A plugin that gives the token of the first user in its first run, of the second in its second, … */
async function plugin(options: { body?: string; status?: object; more?: Entry; cluster?: Entry } = {}) {
  const { body = 'cat answer-$n', status = {}, more = {}, cluster = {} } = options;
  await Promise.all(
    tokens.map((token, index) => credentialFile(join(place.folder, `answer-${index + 1}`), { token, ...status })),
  );
  return place.write({ exec: await writePlugin(place.folder, body, more) }, { cluster });
}

const runs = async () => Number(await readFile(join(place.folder, 'runs'), 'utf8'));

describe('an exec plugin for a real cluster', () => {
  it('runs once for all who ask at once, and is cached', async () => {
    const api = await place.open(await plugin({ body: 'sleep 0.2; cat answer-$n' }), { env });
    const all = await Promise.all(Array.from({ length: 20 }, () => place.whoIs(api)));
    expect(new Set([...all, await place.whoIs(api)])).toEqual(new Set([users[0]]));
    expect(await runs()).toBe(1);
  });

  it('runs again when its credential expires', async () => {
    let now = Date.parse('2026-01-01T00:00:00Z');
    const clock = { now: () => now, sleep: () => Promise.resolve() };
    const status = { expirationTimestamp: '2026-01-01T00:10:00Z' };
    const api = await place.open(await plugin({ status }), { env, clock });
    const seen = [await place.whoIs(api)];
    for (const minutes of [9, 0.92]) {
      now += minutes * 60_000;
      seen.push(await place.whoIs(api));
    }
    expect(seen).toEqual([users[0], users[0], users[1]]);
  });

  it('runs again once after a 401, whoever asks, and then no more', async () => {
    const api = await place.open(await plugin(), { env });
    const shown = place.shown();
    const refused = ({ headers }: ProxiedRequest) => headers.authorization === `Bearer ${tokens[0]}`;
    place.proxy.on(refused, { kind: 'answer', status: 401 });
    const all = await Promise.all(Array.from({ length: 5 }, () => place.whoIs(api)));
    expect(new Set(all)).toEqual(new Set([users[1]]));
    expect(await runs()).toBe(2);
    const before = shown().length;
    place.proxy.on(/./, { kind: 'answer', status: 401 });
    expect(await failureOf(place.whoIs(api))).toMatchObject({ code: 'cluster.unauthorized' });
    expect(await runs()).toBe(3);
    // The request went out exactly twice: as before, and once with what the plugin gave anew.
    expect(shown().slice(before)).toEqual([tokens[1], tokens[2]].map((token) => `Bearer ${token}`));
  });

  it('is told about the cluster where it asks, and has no stdin', async () => {
    const body = `printf '%s' "$KUBERNETES_EXEC_INFO" > info; cat > stdin; echo "$1 $EXTRA" > args; cat answer-$n`;
    const extra = { provideClusterInfo: true, env: [{ name: 'EXTRA', value: 'x y' }] };
    const api = await place.open(await plugin({ body, more: extra }), { env });
    expect(await place.whoIs(api)).toBe(users[0]);
    const info: unknown = JSON.parse(await readFile(join(place.folder, 'info'), 'utf8'));
    const authority = await readFile(place.cluster.certificateAuthority, 'utf8');
    expect(info).toEqual({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      spec: {
        interactive: false,
        cluster: {
          server: `https://127.0.0.1:${place.proxy.port}`,
          'certificate-authority-data': Buffer.from(authority).toString('base64'),
        },
      },
    });
    expect(await readFile(join(place.folder, 'stdin'), 'utf8')).toBe('');
    expect(await readFile(join(place.folder, 'args'), 'utf8')).toBe('get token x y\n');
  });

  it('may give a client certificate', async () => {
    const { pki, apiUrl: server } = place.cluster;
    const [clientCertificateData, clientKeyData] = await Promise.all(
      ['crt', 'key'].map((kind) => readFile(join(pki, `admin.${kind}`), 'utf8')),
    );
    const config = await plugin({ body: 'cat pair', cluster: { server } });
    await credentialFile(join(place.folder, 'pair'), { clientCertificateData, clientKeyData });
    expect(await place.whoIs(await place.open(config, { env }))).toBe('admin');
  });

  it('may leave a program behind that holds its output', async () => {
    const api = await place.open(await plugin({ body: 'sleep 20 & cat answer-$n' }), { env });
    expect(await place.whoIs(api)).toBe(users[0]);
  });
});
