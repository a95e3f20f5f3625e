import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { TeamProfile } from '../../../shared/src/protocol/index.ts';
import { notebook } from '../cli/slipway.ts';
import { ClusterMachine, profile } from './clusterMachine.ts';

interface Kubeconfig {
  clusters: { cluster: Record<string, unknown> }[];
  users: { user: Record<string, unknown> }[];
}

let ada: ClusterMachine;

beforeAll(async () => {
  ada = await ClusterMachine.create('bad-input');
  await ada.machine.write('a.ipynb', notebook(['print("first", 6 * 7)']));
});

afterAll(async () => {
  await ada.dispose();
});

/** Writes a kubeconfig that differs from the administrator's, and lets the context use it. */
async function kubeconfigWith(change: (config: Kubeconfig) => void): Promise<void> {
  const config = parse(await readFile(ada.cluster.kubeconfig, 'utf8')) as Kubeconfig;
  change(config);
  const path = join(ada.machine.folder, 'kubeconfig');
  await writeFile(path, stringify(config), { mode: 0o600 });
  await ada.writeContext({ profile, kubeconfig: path });
}

/** Refused with a message, and nothing is left on the cluster. */
async function expectsRefused(args: readonly string[], exitCode: number, said: RegExp): Promise<void> {
  const ended = await ada.typed(['run', ...args]);
  expect(ended.stderr, ended.stdout).toMatch(said);
  expect(ended.stderr).not.toMatch(/\bat \S+ \(|TypeError|undefined|\[object/);
  expect(ended.exitCode, ended.stderr).toBe(exitCode);
  const kinds = ['pipelinerun', 'pod', 'pvc', 'configmap'] as const;
  expect(await ada.names(kinds, 'app.kubernetes.io/managed-by=slipway')).toEqual([]);
}

function firstOf<T>([first]: readonly T[]): T {
  if (first === undefined) throw new Error('the kubeconfig is empty');
  return first;
}

describe('a cluster that cannot be used', () => {
  it('nothing listens', async () => {
    await kubeconfigWith(({ clusters }) => (firstOf(clusters).cluster.server = 'https://127.0.0.1:1'));
    await expectsRefused(['a.ipynb'], 4, /nothing listens at https:\/\/127\.0\.0\.1:1/);
  });

  it('a kubeconfig that is not there, or no kubeconfig', async () => {
    await ada.writeContext({ profile, kubeconfig: join(ada.machine.folder, 'nowhere') });
    await expectsRefused(['a.ipynb'], 2, /nowhere/);
    const broken = await ada.machine.write('broken.yaml', 'clusters: [\n');
    await ada.writeContext({ profile, kubeconfig: broken });
    await expectsRefused(['a.ipynb'], 2, /broken\.yaml/);
  });

  it('a client certificate that has expired', async () => {
    const folder = ada.machine.folder;
    const pki = ada.cluster.pki;
    const openssl = (...args: string[]) => promisify(execFile)('openssl', args, { cwd: folder });
    await openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'old.key', '-out', 'old.csr', '-subj', '/CN=ada');
    const dates = ['-not_before', '20240101000000Z', '-not_after', '20240201000000Z'];
    const signing = [
      'x509',
      '-req',
      '-in',
      'old.csr',
      '-CA',
      `${pki}/ca.crt`,
      '-CAkey',
      `${pki}/ca.key`,
      '-out',
      'old.crt',
    ];
    // Older versions of openssl know no dates here; a negative number of days does as well.
    await openssl(...signing, ...dates).catch(() => openssl(...signing, '-days', '-1'));
    await kubeconfigWith(({ users }) => {
      firstOf(users).user = { 'client-certificate': join(folder, 'old.crt'), 'client-key': join(folder, 'old.key') };
    });
    await expectsRefused(['a.ipynb'], 4, /expired/);
  });

  it('a certificate authority that did not sign its certificate', async () => {
    const folder = ada.machine.folder;
    const args = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'o.key',
      '-out',
      'o.crt',
      '-subj',
      '/CN=o',
    ];
    await promisify(execFile)('openssl', args, { cwd: folder });
    await kubeconfigWith(({ clusters }) => {
      delete firstOf(clusters).cluster['certificate-authority-data'];
      firstOf(clusters).cluster['certificate-authority'] = join(folder, 'o.crt');
    });
    await expectsRefused(['a.ipynb'], 4, /certificate/);
  });

  it('without Tekton (fixture)', async () => {
    const server = createServer((request, response) => {
      const path = request.url ?? '';
      const isVersion = path.startsWith('/version');
      const body = isVersion
        ? { major: '1', minor: '34', gitVersion: 'v1.34.4' }
        : {
            kind: 'Status',
            apiVersion: 'v1',
            status: 'Failure',
            reason: 'NotFound',
            code: 404,
            message: 'the server could not find the requested resource',
          };
      response.writeHead(isVersion ? 200 : 404, { 'content-type': 'application/json', date: new Date().toUTCString() });
      response.end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      await kubeconfigWith(({ clusters, users }) => {
        firstOf(clusters).cluster = { server: `http://127.0.0.1:${port}` };
        firstOf(users).user = {};
      });
      await expectsRefused(['a.ipynb'], 4, /Tekton/);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe('a profile or job that is wrong', () => {
  const wrong: readonly (readonly [string, TeamProfile, RegExp])[] = [
    ['cpu', { ...profile, instanceTypes: { small: { cpu: '1 core', memory: '1Gi' } } }, /cpu/],
    ['memory', { ...profile, instanceTypes: { small: { cpu: '1', memory: '1 GB' } } }, /memory/],
    ['volume', { ...profile, volume: { kind: 'perRun', size: 'much' } }, /size|volume/],
  ];
  it.each(wrong)('a quantity of %s', async (_, changed, said) => {
    await ada.writeContext({ profile: changed });
    await expectsRefused(['a.ipynb'], 2, said);
  });

  it.each([
    ['a tag and a digest that is none', `testbed.local/runner:1@sha256:abc`, /digest|sha256/],
    ['two tags', 'testbed.local/runner:1:2', /testbed\.local\/runner:1:2/],
    ['an instance type that the profile does not have', '', /huge/],
  ])('%s', async (_, image, said) => {
    await ada.writeContext({ profile });
    await expectsRefused(['a.ipynb', ...(image === '' ? ['--instance-type', 'huge'] : ['--image', image])], 2, said);
  });
});
