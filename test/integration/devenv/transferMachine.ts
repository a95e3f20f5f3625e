import { join } from 'node:path';
import type {
  DevEnvSpec,
  OidcSettings,
  TeamProfile,
  TransferOutcome,
  TransferProgress,
} from '../../../shared/src/protocol/index.ts';
import type { Core } from '../../../shared/src/server/index.ts';
import { startFaultProxy, type FaultProxy } from '../../cluster/faultProxy.ts';
import { ClusterMachine, context, profile } from '../cluster/clusterMachine.ts';
import { bundleDir, coreInProcess } from '../cluster/coreInProcess.ts';

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
  /** Called when a transfer ends that was to be broken off and was not. */
  #untouched: (() => void) | undefined;
  name = '';

  private constructor(machine: ClusterMachine, proxy: FaultProxy) {
    this.machine = machine;
    this.proxy = proxy;
    this.core = coreInProcess(machine.machine, { dataDir: this.dataDir, bundleDir });
    this.core.onNotification((name, params) => {
      if (name !== 'transfer/progress' || !('progress' in params)) return;
      this.progress.push(params.progress);
      this.onProgress?.(params.progress);
    });
  }

  /**
   * @param devEnv changes to the profile's part about DevEnvs
   * @param signIn where the person of this machine signs in, who has to do so next; by default it is an administrator's
   */
  static async create(
    part: string,
    devEnv: TeamProfile['devEnv'] = {},
    signIn?: (namespace: string) => Promise<OidcSettings>,
  ): Promise<TransferMachine> {
    const machine = await ClusterMachine.create(part);
    const proxy = await startFaultProxy({ kubeconfig: machine.cluster.kubeconfig, folder: machine.machine.folder });
    const securityContext = { runAsUser: 1001, runAsGroup: 0, fsGroup: 1001 };
    const changed = { ...profile, securityContext, devEnv: { image: 'testbed.local/devenv:1', ...devEnv } };
    const cluster = {
      server: `https://127.0.0.1:${proxy.port}`,
      certificateAuthority: machine.cluster.certificateAuthority,
    };
    await machine.writeContext({
      profile: changed,
      ...(signIn === undefined ? { kubeconfig: proxy.kubeconfig } : { cluster, oidc: await signIn(machine.namespace) }),
    });
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
    return this.core.handlers[`transfer/${direction}`](params, signal).finally(() => this.#untouched?.());
  }

  /** Calls `breakIt` once so many bytes are on their way, and holds the transfer up until it is done. */
  onceUnderWay(bytes: number, breakIt: () => Promise<void> | void): Promise<void> {
    const untouched = new Promise<never>((_resolve, reject) => {
      this.#untouched = () => reject(new Error('The transfer ended before it was broken off.'));
    });
    const broken = Promise.race([this.proxy.freezeAfter(/portforward/, bytes), untouched])
      .then(async () => {
        this.#untouched = undefined;
        await breakIt();
      })
      .finally(() => this.proxy.thaw());
    // A test looks at it behind the transfer.
    broken.catch(() => undefined);
    return broken;
  }

  /** Stops its pod and starts another one. */
  async restart(): Promise<void> {
    await this.core.handlers['devenvs/stop']({ context, name: this.name }, never);
    await this.core.handlers['devenvs/start']({ context, name: this.name }, never);
  }

  /** What a command prints in the DevEnv. */
  async inside(command: string): Promise<string> {
    return this.machine.exec(this.name, 'devenv', 'sh', '-c', command);
  }

  async dispose(): Promise<void> {
    await this.core.dispose();
    await this.proxy.dispose();
    await this.machine.dispose();
  }
}
