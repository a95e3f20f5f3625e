import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DevEnvSpec, TeamProfile, TransferOutcome, TransferProgress } from '../../../shared/src/protocol/index.ts';
import { createCore, type Core } from '../../../shared/src/server/index.ts';
import { startFaultProxy, type FaultProxy } from '../../cluster/faultProxy.ts';
import { ClusterMachine, context, profile } from '../cluster/clusterMachine.ts';

const sources = fileURLToPath(new URL('../../../shared/src', import.meta.url));
const never = new AbortController().signal;

export type Copy = Pick<TransferOutcome, 'files' | 'bytes' | 'unchangedFiles' | 'skipped'>;

/** A person's machine with a DevEnv, and a core whose only way there is a proxy that breaks things. */
export class TransferMachine {
  readonly machine: ClusterMachine;
  readonly proxy: FaultProxy;
  readonly core: Core;
  readonly progress: TransferProgress[] = [];
  /** Called with each progress, while a test waits for something. */
  onProgress: ((progress: TransferProgress) => void) | undefined;
  name = '';

  private constructor(machine: ClusterMachine, proxy: FaultProxy) {
    this.machine = machine;
    this.proxy = proxy;
    const { folder, environment } = machine.machine;
    this.core = createCore({
      version: '0.1.0',
      dataDir: this.dataDir,
      environmentsDir: join(folder, 'environments'),
      configDir: join(environment.XDG_CONFIG_HOME ?? '', 'slipway'),
      stepsDir: join(sources, 'pipeline/steps'),
      bundleDir: join(sources, '../dist'),
      supervisorScript: join(sources, 'targets/local/supervisorMain.ts'),
      nodePath: process.execPath,
      env: environment,
      now: Date.now,
      randomHex: (bytes) => randomBytes(bytes).toString('hex'),
      temporaryFolder: folder,
      log: () => undefined,
    });
    this.core.onNotification((name, params) => {
      if (name !== 'transfer/progress' || !('progress' in params)) return;
      this.progress.push(params.progress);
      this.onProgress?.(params.progress);
    });
  }

  /** @param devEnv changes to the profile's part about DevEnvs */
  static async create(part: string, devEnv: TeamProfile['devEnv'] = {}): Promise<TransferMachine> {
    const machine = await ClusterMachine.create(part);
    const proxy = await startFaultProxy({ kubeconfig: machine.cluster.kubeconfig, folder: machine.machine.folder });
    const securityContext = { runAsUser: 1001, runAsGroup: 0, fsGroup: 1001 };
    const changed = { ...profile, securityContext, devEnv: { image: 'testbed.local/devenv:1', ...devEnv } };
    await machine.writeContext({ profile: changed, kubeconfig: proxy.kubeconfig });
    return new TransferMachine(machine, proxy);
  }

  get dataDir(): string {
    return join(this.machine.machine.folder, 'data/slipway');
  }

  get work(): string {
    return this.machine.machine.work;
  }

  /** Makes a DevEnv that this machine may log in to, and waits until it runs. */
  async startDevEnv(spec: DevEnvSpec, name?: string): Promise<void> {
    const params = { context, spec: { instanceType: 'small', ...spec }, ...(name !== undefined && { name }) };
    this.name = (await this.core.handlers['devenvs/create'](params, never)).name;
    await this.core.handlers['devenvs/start']({ context, name: this.name }, never);
  }

  transfer(
    direction: 'upload' | 'download',
    local: string,
    remote: string,
    options: { readonly sync?: boolean; readonly delete?: boolean; readonly signal?: AbortSignal } = {},
  ): Promise<TransferOutcome> {
    const { signal = never, ...how } = options;
    this.progress.length = 0;
    const params = { context, name: this.name, id: 't', local: [local], remote: [remote], sync: true, ...how };
    return this.core.handlers[`transfer/${direction}`](params, signal);
  }

  /** Stops its pod and starts another one. */
  async restart(): Promise<void> {
    await this.core.handlers['devenvs/stop']({ context, name: this.name }, never);
    await this.core.handlers['devenvs/start']({ context, name: this.name }, never);
  }

  /** What a command prints in the DevEnv. */
  async inside(command: string): Promise<string> {
    return this.machine.kubectl('exec', this.name, '--', 'sh', '-c', command);
  }

  async dispose(): Promise<void> {
    await this.core.dispose();
    await this.proxy.dispose();
    await this.machine.dispose();
  }
}
