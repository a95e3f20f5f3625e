import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import type { ContextEntry, TeamProfile } from '../../../shared/src/protocol/index.ts';
import type { ClusterStatus } from '../../cluster/cluster.mjs';
import { Machine, type Ended } from '../cli/slipway.ts';
import { adminRequest, fieldOf, namesOf, pathOf, type Kind } from './adminRequest.ts';

/** Where the cluster of this test run is. */
export function testCluster(): ClusterStatus {
  const file = process.env.SLIPWAY_TEST_CLUSTER;
  if (file === undefined) throw new Error('SLIPWAY_TEST_CLUSTER is not set: run the tests through npm test');
  return JSON.parse(readFileSync(file, 'utf8')) as ClusterStatus;
}

/** Small enough for several runs at once on two processors. */
export const profile: TeamProfile = {
  image: 'testbed.local/runner:1',
  imagePullPolicy: 'IfNotPresent',
  securityContext: { runAsUser: 1001, runAsGroup: 1001, fsGroup: 1001 },
  instanceTypes: {
    small: { cpu: '50m', memory: '512Mi' },
    gpu: { cpu: '50m', memory: '256Mi', gpus: 1 },
    tiny: { cpu: '50m', memory: '128Mi' },
  },
  defaultInstanceType: 'small',
  volume: { kind: 'perRun', size: '1Gi' },
};

/** Who a machine acts as: the user of a kubeconfig, or whoever signs in. */
export type WrittenContext = { readonly profile: TeamProfile } & (
  { readonly kubeconfig?: string } | Required<Pick<ContextEntry, 'cluster' | 'oidc'>>
);

/** The name of the context that each of these machines has. */
export const context = 'test-cluster';

/** What comes after `--` is the command that runs, not an option of ours. */
function inContext([verb = '', ...rest]: readonly string[]): string[] {
  return rest.includes('--') ? [verb, '--context', context, ...rest] : [verb, ...rest, '--context', context];
}

/** A person's machine with a space of its own on the cluster, removed at the end. */
export class ClusterMachine {
  readonly machine: Machine;
  readonly namespace: string;
  readonly cluster: ClusterStatus;

  private constructor(machine: Machine, namespace: string, cluster: ClusterStatus) {
    this.machine = machine;
    this.namespace = namespace;
    this.cluster = cluster;
  }

  /** @param part names the namespace, for whoever looks at the cluster */
  static async create(
    part: string,
    changes: Partial<TeamProfile> = {},
    cluster: ClusterStatus = testCluster(),
  ): Promise<ClusterMachine> {
    const namespace = `e2e-${part}-${randomBytes(3).toString('hex')}`;
    const machine = await Machine.create();
    const made = new ClusterMachine(machine, namespace, cluster);
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
    await adminRequest(cluster.kubeconfig, 'POST', '/api/v1/namespaces', body);
    // A busy cluster gives a space its service account late, and runs that come before have failed for good.
    const account = `/api/v1/namespaces/${made.namespace}/serviceaccounts/default`;
    await made.until('the space has its service account', () => adminRequest(cluster.kubeconfig, 'GET', account));
    await made.writeContext({ profile: { ...profile, ...changes } });
    return made;
  }

  /** Another person's machine that uses the same space; it goes before this one. */
  async colleague(changes: Partial<TeamProfile> = {}): Promise<ClusterMachine> {
    const made = new ClusterMachine(await Machine.create(), this.namespace, this.cluster);
    await made.writeContext({ profile: { ...profile, ...changes } });
    return made;
  }

  /** Writes config.yaml; by default the administrator's kubeconfig. */
  async writeContext(entry: WrittenContext): Promise<void> {
    const folder = this.machine.environment.XDG_CONFIG_HOME ?? '';
    await mkdir(join(folder, 'slipway'), { recursive: true });
    const way = 'oidc' in entry ? {} : { kubeconfig: this.cluster.kubeconfig };
    const contexts = [{ name: context, namespace: this.namespace, ...way, ...entry }];
    await writeFile(join(folder, 'slipway/config.yaml'), stringify({ version: 1, contexts }));
  }

  /** `slipway … --context test-cluster` */
  slipway(args: readonly string[], options: { readonly cwd?: string } = {}) {
    return this.machine.slipway(inContext(args), options);
  }

  /** The same without a process, by a core of its own as a process has one: for all that is not about processes. */
  async typed(args: readonly string[], options: { readonly cwd?: string } = {}): Promise<Ended> {
    const { typedBy } = await import('./typedTo.ts');
    return typedBy(this.machine, inContext(args), options.cwd);
  }

  start(args: readonly string[], options: { readonly cwd?: string } = {}) {
    return this.machine.start(inContext(args), options);
  }

  /** What kubectl prints, in this space. */
  async kubectl(...args: readonly string[]): Promise<string> {
    const all = ['--kubeconfig', this.cluster.kubeconfig, '--namespace', this.namespace, ...args];
    const { stdout } = await promisify(execFile)(this.cluster.kubectl, all, { maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  }

  /** What a program prints that runs in a pod. @throws where it ends with another code than 0 */
  async exec(pod: string, container: string, ...command: readonly string[]): Promise<string> {
    const { openCluster, runCommand } = await import('../../../shared/src/kubernetes/index.ts');
    const { kubeconfig } = this.cluster;
    const { namespace } = this;
    const signal = AbortSignal.timeout(240_000);
    const homedir = this.machine.folder;
    const api = await openCluster({ context, kubeconfig, namespace, env: {}, homedir, signal });
    try {
      const asked = { namespace, pod, container, command, maxStdoutBytes: 64 * 1024 * 1024 };
      const { exitCode, stdout, stderr } = await runCommand(api, asked, signal);
      if (exitCode !== 0) throw new Error(`${command.join(' ')} in ${pod} ended with ${exitCode}: ${stderr}`);
      return Buffer.from(stdout).toString();
    } finally {
      api.dispose();
    }
  }

  /** One field of an object, as kubectl's JSONPath prints it; empty where it is not there. */
  async field(object: string, path: string): Promise<string> {
    return fieldOf(await adminRequest(this.cluster.kubeconfig, 'GET', pathOf(object, this.namespace)), path);
  }

  /** The objects of some kinds in this space, as `kind/name`. @param labels as a selector; default: all */
  names(kinds: readonly Kind[], labels = ''): Promise<string[]> {
    return namesOf(this.cluster.kubeconfig, this.namespace, kinds, labels);
  }

  /** Where a run's folder on its volume lies on this machine, which is the node. */
  async folderOf(run: string, claim = `${run}-data`): Promise<string> {
    const volume = await this.field(`pvc/${claim}`, '.spec.volumeName');
    return join(await this.field(`pv/${volume}`, '.spec.local.path'), 'runs', run);
  }

  /** Waits until `look` gives something. */
  async until<T>(what: string, look: () => Promise<T | undefined>, timeoutMs = 300_000): Promise<T> {
    const end = Date.now() + timeoutMs;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (Date.now() > end) throw new Error(`timed out: ${what}`);
      await sleep(300);
    }
  }

  async dispose(): Promise<void> {
    await adminRequest(this.cluster.kubeconfig, 'DELETE', `/api/v1/namespaces/${this.namespace}`);
    await this.machine.dispose();
  }
}
