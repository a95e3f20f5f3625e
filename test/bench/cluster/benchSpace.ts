import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { openCluster, systemClock, type KubernetesApi } from '../../../shared/src/kubernetes/index.ts';
import { SlipwayError, type TeamProfile } from '../../../shared/src/protocol/index.ts';
import { readScriptFiles } from '../../../shared/src/targets/tekton/scriptFiles.ts';
import { createSubmitter, type Submitter } from '../../../shared/src/targets/tekton/submit/index.ts';
import type { ClusterStatus } from '../../cluster/cluster.mjs';
import { ClusterMachine, profile, testCluster } from '../../integration/cluster/clusterMachine.ts';
import { startCore, type CoreProcess } from '../../integration/core/coreProcess.ts';

/** The step scripts as the built product sends them. */
const stepsDir = join(import.meta.dirname, '../../../shared/dist/steps');

/** A space of its own on the test cluster, with a person's machine, a core in this process, and the clients to compare with. */
export class BenchSpace {
  readonly machine: ClusterMachine;
  readonly api: KubernetesApi;
  readonly profile: TeamProfile;
  readonly #cores: CoreProcess[] = [];

  private constructor(machine: ClusterMachine, api: KubernetesApi, changed: TeamProfile) {
    this.machine = machine;
    this.api = api;
    this.profile = changed;
  }

  static async open(
    part: string,
    changes: Partial<TeamProfile> = {},
    cluster: ClusterStatus = testCluster(),
  ): Promise<BenchSpace> {
    const machine = await ClusterMachine.create(`bench-${part}`, changes, cluster);
    const api = await openCluster({
      context: 'test-cluster',
      kubeconfig: machine.cluster.kubeconfig,
      namespace: machine.namespace,
      env: process.env,
      homedir: tmpdir(),
      signal: AbortSignal.timeout(30_000),
    });
    return new BenchSpace(machine, api, { ...profile, ...changes });
  }

  get namespace(): string {
    return this.machine.namespace;
  }

  async submitter(): Promise<Submitter> {
    return createSubmitter({
      api: this.api,
      profile: this.profile,
      scripts: await readScriptFiles(stepsDir),
      user: 'bench',
      trigger: 'cli',
      clock: systemClock,
      randomHex: (bytes) => randomBytes(bytes).toString('hex'),
      files: {
        openFile: () => Promise.reject(new SlipwayError('artifact.notFound', 'There is no such file.')),
        inputs: () => Promise.reject(new SlipwayError('run.notFound', 'There is no such run.')),
      },
    });
  }

  /** A core in a process of its own, which knows nothing yet unless `machine` has been used before. */
  async core(environment: NodeJS.ProcessEnv = this.machine.machine.environment): Promise<CoreProcess> {
    const core = await startCore(environment);
    this.#cores.push(core);
    return core;
  }

  /** A core that has read nothing before: with data folders of its own. */
  coldCore(name: string): Promise<CoreProcess> {
    return this.core({ ...this.machine.machine.environment, XDG_DATA_HOME: join(this.machine.machine.folder, name) });
  }

  kubectl(...args: readonly string[]): Promise<string> {
    return this.machine.kubectl(...args);
  }

  /** A kubectl that goes on; its output comes as it is written. */
  startKubectl(...args: readonly string[]): ChildProcessByStdio<null, Readable, null> {
    const { kubectl, kubeconfig } = this.machine.cluster;
    return spawn(kubectl, ['--kubeconfig', kubeconfig, '--namespace', this.namespace, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }

  /** Tekton's own client. */
  startTkn(...args: readonly string[]): ChildProcessByStdio<null, Readable, null> {
    const tkn = process.env.SLIPWAY_TEST_TKN;
    if (tkn === undefined) throw new Error('SLIPWAY_TEST_TKN is not set: start the figures with npm run bench');
    const { kubeconfig } = this.machine.cluster;
    return spawn(tkn, [...args, '--kubeconfig', kubeconfig, '--namespace', this.namespace], {
      // It complains of runs that have failed, as those do that write noise.
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#cores.map((core) => core.stop()));
    this.api.dispose();
    await this.machine.dispose();
  }
}

/** Opens a space for `work` and removes it afterwards, whatever happens. */
export async function inBenchSpace<T>(
  part: string,
  changes: Partial<TeamProfile>,
  work: (space: BenchSpace) => Promise<T>,
  cluster?: ClusterStatus,
): Promise<T> {
  const space = await BenchSpace.open(part, changes, cluster);
  try {
    return await work(space);
  } finally {
    await space.dispose();
  }
}

export const never = new AbortController().signal;
export const execute = promisify(execFile);

/** Milliseconds that `work` takes. */
export async function timedMs(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** Now, epoch milliseconds with fractions. */
export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}
