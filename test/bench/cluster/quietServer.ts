import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, closeSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { waitFor, type ClusterStatus } from '../../cluster/cluster.mjs';
import { execute } from './benchSpace.ts';

const crdsSchema = z.object({
  items: z.array(
    z.looseObject({
      metadata: z.object({ name: z.string() }),
      spec: z.object({
        group: z.string(),
        names: z.unknown(),
        scope: z.string(),
        versions: z.array(z.looseObject({ storage: z.boolean() })),
      }),
    }),
  ),
});

/**
 * An API server with a store of its own and Tekton's types, on which no controller works: what is written stays as it is, and
 * tens of thousands of objects are no trouble for the cluster beside it, whose programs and keys these are.
 */
export class QuietServer {
  /** As the cluster's, but with this server's kubeconfig. */
  readonly cluster: ClusterStatus;
  readonly #folder: string;
  readonly #programs: readonly ChildProcess[];

  private constructor(cluster: ClusterStatus, folder: string, programs: readonly ChildProcess[]) {
    this.cluster = cluster;
    this.#folder = folder;
    this.#programs = programs;
  }

  static async start(beside: ClusterStatus): Promise<QuietServer> {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-quiet-'));
    const [store, peer, api] = [await freePort(), await freePort(), await freePort()];
    const url = `http://127.0.0.1:${store}`;
    const peerUrl = `http://127.0.0.1:${peer}`;
    const start = (name: string, values: Readonly<Record<string, string | number>>): ChildProcess => {
      const log = openSync(join(folder, `${name}.log`), 'w', 0o600);
      const flags = Object.entries(values).map(([flag, value]) => `--${flag}=${value}`);
      const program = spawn(join(dirname(beside.kubectl), name), flags, { stdio: ['ignore', log, log] });
      closeSync(log);
      return program;
    };
    const etcd = start('etcd', {
      name: 'quiet',
      'data-dir': join(folder, 'etcd'),
      'listen-client-urls': url,
      'advertise-client-urls': url,
      'listen-peer-urls': peerUrl,
      'initial-advertise-peer-urls': peerUrl,
      'initial-cluster': `quiet=${peerUrl}`,
      'unsafe-no-fsync': 'true',
      'log-level': 'warn',
    });
    const key = (name: string) => join(beside.pki, name);
    const server = start('kube-apiserver', {
      'etcd-servers': url,
      'advertise-address': beside.nodeAddress,
      'bind-address': '127.0.0.1',
      'secure-port': api,
      'service-cluster-ip-range': '10.202.0.0/24',
      'authorization-mode': 'RBAC',
      'client-ca-file': beside.certificateAuthority,
      'tls-cert-file': key('apiserver.crt'),
      'tls-private-key-file': key('apiserver.key'),
      'service-account-issuer': 'https://kubernetes.default.svc',
      'service-account-key-file': key('service-accounts.pub'),
      'service-account-signing-key-file': key('service-accounts.key'),
      // Nobody makes the accounts that pods would have.
      'disable-admission-plugins': 'ServiceAccount',
    });
    const kubeconfig = join(folder, 'kubeconfig');
    const text = readFileSync(beside.kubeconfig, 'utf8').replaceAll(beside.apiUrl, `https://127.0.0.1:${api}`);
    writeFileSync(kubeconfig, text, { mode: 0o600 });
    const quiet = new QuietServer({ ...beside, kubeconfig, apiUrl: `https://127.0.0.1:${api}` }, folder, [
      server,
      etcd,
    ]);
    try {
      await quiet.#prepare(beside);
      return quiet;
    } catch (error) {
      await quiet.dispose();
      throw error;
    }
  }

  async dispose(): Promise<void> {
    for (const program of this.#programs) {
      if (program.exitCode !== null || program.signalCode !== null) continue;
      const ended = once(program, 'exit');
      program.kill('SIGKILL');
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #prepare(beside: ClusterStatus): Promise<void> {
    const kubectl = (kubeconfig: string, ...args: readonly string[]) =>
      execute(beside.kubectl, ['--kubeconfig', kubeconfig, ...args], { maxBuffer: 64 * 1024 * 1024 });
    const own = this.cluster.kubeconfig;
    await waitFor('the quiet API server is ready', 120, async () => {
      const { stdout } = await kubectl(own, 'get', '--raw', '/readyz').catch(() => ({ stdout: '' }));
      return stdout === 'ok';
    });
    const types = ['pipelineruns', 'taskruns', 'customruns'].map((plural) => `${plural}.tekton.dev`);
    const { stdout } = await kubectl(beside.kubeconfig, 'get', 'crd', ...types, '-o', 'json');
    const file = join(this.#folder, 'types.json');
    writeFileSync(file, JSON.stringify(withoutWebhooks(crdsSchema.parse(JSON.parse(stdout)))));
    await kubectl(own, 'create', '-f', file);
    await kubectl(own, 'wait', '--for=condition=Established', '--timeout=60s', 'crd', ...types);
  }
}

/** The types in the version that is stored alone: another one would need Tekton's webhook. */
function withoutWebhooks({ items }: z.output<typeof crdsSchema>): object {
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: items.map(({ metadata, spec }) => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: metadata.name },
      spec: { ...spec, versions: spec.versions.filter(({ storage }) => storage) },
    })),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
