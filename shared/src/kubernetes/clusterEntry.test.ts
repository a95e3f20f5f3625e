import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { ClusterEntry } from '../protocol/index.ts';
import { fixedCredential } from './credentials.ts';
import { clusterAccess } from './clusterEntry.ts';
import { openCluster } from './openCluster.ts';
import { TestAuthority } from './testing/certificates.ts';

const never = new AbortController().signal;
const credentials = fixedCredential({ authorization: 'Bearer x' });
const server = 'https://api.example:6443';
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-cluster-entry-'));
});
afterEach(() => rm(folder, { recursive: true }));

function access(entry: Partial<ClusterEntry>, env: Readonly<Record<string, string>> = {}) {
  return clusterAccess({ server, ...entry }, credentials, { context: 'lab', folder, env }, never);
}

describe('a cluster as a context of ours describes it', () => {
  it('is reached at its server, as whoever signed in, trusted as the system does', async () => {
    expect(await access({})).toEqual({
      server: new URL(server),
      tls: { authorities: undefined, insecure: false, serverName: undefined },
      proxy: undefined,
      credentials,
      impersonate: undefined,
    });
  });

  it('takes its certificate authority as PEM, as base64, or from a file beside the configuration', async () => {
    const authority = await TestAuthority.create();
    const pem = await authority.certificate();
    await authority.dispose();
    await writeFile(join(folder, 'ca.pem'), pem);
    const entries: Partial<ClusterEntry>[] = [
      { certificateAuthorityData: pem },
      { certificateAuthorityData: Buffer.from(pem).toString('base64') },
      { certificateAuthority: 'ca.pem' },
      { certificateAuthority: join(folder, 'ca.pem') },
    ];
    for (const entry of entries) expect((await access(entry)).tls.authorities).toBe(pem);
  });

  it('goes through its proxy, else that of the environment', async () => {
    const env = { HTTPS_PROXY: 'http://proxy.example:3128' };
    expect((await access({}, env)).proxy?.href).toBe('http://proxy.example:3128/');
    expect((await access({ proxyUrl: 'socks5://p.example:1080' }, env)).proxy?.host).toBe('p.example:1080');
  });

  it.each<[string, Partial<ClusterEntry>, string]>([
    ['a file that is not there', { certificateAuthority: 'no.pem' }, 'no.pem does not exist'],
    ['what is no certificate', { certificateAuthorityData: 'AAAA' }, 'holds no certificate'],
    ['a proxy that is none', { proxyUrl: 'ftp://hush@proxy' }, 'its proxy is no URL'],
    ['a server without TLS', { server: 'http://api.example' }, 'starts with https://'],
  ])('says what to correct: %s', async (_what, entry, words) => {
    const failure = await access(entry).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'context.invalid', message: expect.stringContaining(words) });
    expect(String(failure)).not.toContain('hush');
  });
});

describe('opening a cluster for somebody who signs in', () => {
  let user: string | undefined;
  const signIn = {
    credentials,
    load: () => Promise.resolve(),
    user: () => user,
    expiresAt: () => Promise.resolve(undefined),
  };
  const common = { context: 'lab', env: {}, signal: never };

  it('knows whom to name as soon as somebody has signed in', async () => {
    user = undefined;
    const api = await openCluster({ ...common, homedir: folder, cluster: { server }, signIn, namespace: 'ds' });
    expect(api.cluster).toMatchObject({ server, user: 'nobody', namespace: 'ds' });
    user = 'alice';
    expect(api.cluster.user).toBe('alice');
    api.dispose();
  });

  it('takes only the cluster from a kubeconfig', async () => {
    user = 'alice';
    const kubeconfig = join(folder, 'k.yaml');
    await writeFile(
      kubeconfig,
      stringify({
        'current-context': 'c',
        clusters: [{ name: 'c', cluster: { server } }],
        // A program that is never run.
        users: [{ name: 'u', user: { exec: { command: '/nowhere', apiVersion: 'x' }, as: 'root' } }],
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u', namespace: 'ds' } }],
      }),
    );
    const api = await openCluster({ ...common, homedir: folder, kubeconfig, signIn });
    expect(api.cluster).toMatchObject({ server, user: 'alice', namespace: 'ds' });
    api.dispose();
  });

  it('does not open one as nobody', async () => {
    await expect(openCluster({ ...common, homedir: folder, cluster: { server } })).rejects.toMatchObject({
      code: 'context.invalid',
    });
  });
});
