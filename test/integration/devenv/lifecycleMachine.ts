import { type DevEnv, type DevEnvSpec, SlipwayError, type TeamProfile } from '../../../shared/src/protocol/index.ts';
import type { Core } from '../../../shared/src/server/index.ts';
import { ClusterMachine, context, profile } from '../cluster/clusterMachine.ts';
import { coreInProcess } from '../cluster/coreInProcess.ts';

const never = new AbortController().signal;

/** What runs and DevEnvs look like in these tests: both small, and DevEnvs of the image that the test cluster has. */
export const devEnvProfile: TeamProfile = {
  ...profile,
  securityContext: { runAsUser: 1001, runAsGroup: 0, fsGroup: 1001 },
  devEnv: { image: 'testbed.local/devenv:1', diskSize: '1Gi', idleStop: 'never', instanceType: 'tiny' },
};

/** A person's machine with cores that make DevEnvs in a space of their own. */
export class LifecycleMachine {
  readonly machine: ClusterMachine;
  readonly core: Core;
  /** What a start waited for. */
  readonly progress: string[] = [];
  /** All that the watch told of DevEnvs; undefined: deleted. */
  readonly told: { readonly name: string; readonly devEnv: DevEnv | undefined }[] = [];
  readonly #cores: Core[] = [];

  private constructor(machine: ClusterMachine) {
    this.machine = machine;
    this.core = this.openCore();
    this.core.onNotification((name, params) => {
      if (name === 'devenv/progress' && 'text' in params) this.progress.push(params.text);
      if (name === 'devenv/changed' && 'devEnv' in params) {
        this.told.push({ name: params.devEnv.name, devEnv: params.devEnv });
      }
      if (name === 'devenv/deleted' && 'name' in params) this.told.push({ name: params.name, devEnv: undefined });
    });
  }

  static async create(part: string): Promise<LifecycleMachine> {
    const machine = await ClusterMachine.create(part);
    const made = new LifecycleMachine(machine);
    await machine.writeContext({ profile: devEnvProfile });
    return made;
  }

  /** Another core of the same person, as another window has one. */
  openCore(): Core {
    const core = coreInProcess(this.machine.machine);
    this.#cores.push(core);
    return core;
  }

  create(name: string, spec: DevEnvSpec = {}, start = false): Promise<DevEnv> {
    return this.core.handlers['devenvs/create']({ context, name, spec, start }, never);
  }

  start(name: string): Promise<DevEnv> {
    return this.core.handlers['devenvs/start']({ context, name }, never);
  }

  stop(name: string): Promise<DevEnv> {
    return this.core.handlers['devenvs/stop']({ context, name }, never);
  }

  get(name: string): Promise<DevEnv> {
    return this.core.handlers['devenvs/get']({ context, name }, never);
  }

  resize(name: string, changes: DevEnvSpec): Promise<DevEnv> {
    return this.core.handlers['devenvs/resize']({ context, name, changes }, never);
  }

  async list(): Promise<readonly DevEnv[]> {
    return (await this.core.handlers['devenvs/list']({}, never)).devEnvs;
  }

  async delete(name: string, workspace: boolean): Promise<void> {
    await this.core.handlers['devenvs/delete']({ context, name, workspace }, never);
  }

  /** Runs a program in the DevEnv; what it printed. */
  exec(name: string, ...command: readonly string[]): Promise<string> {
    return this.machine.exec(name, 'devenv', ...command);
  }

  uid(object: string): Promise<string> {
    return this.machine.field(object, '.metadata.uid');
  }

  async dispose(): Promise<void> {
    for (const core of this.#cores) await core.dispose();
    await this.machine.dispose();
  }
}

/** The failure that `action` ends with. */
export async function failureOf(action: () => Promise<unknown>): Promise<SlipwayError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof SlipwayError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
