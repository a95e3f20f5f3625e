/**
 * DevEnvs: personal dev pods with a workspace that lasts. Their objects and life, SSH keys and config on this machine, the tunnel
 * through the Kubernetes API, jobs, transfers. Start reading at access.ts, then lifecycle/devEnvService.ts.
 */
import { systemClock, type KubernetesApi } from '../kubernetes/index.ts';
import type { DevEnvHop } from '../protocol/index.ts';
import type { ConnectionTest } from './diagnostics/index.ts';
import type { DevEnvJobs } from './jobs/index.ts';
import type { DevEnvService, DevEnvServiceOptions } from './lifecycle/index.ts';
import type { JupyterDoors } from './jupyter/index.ts';
import type { ThisMachine, ThisMachineOptions } from './ssh/index.ts';

export * from './access.ts';
export type { DevEnvJobs, JobPiece } from './jobs/index.ts';
export { transferFiles } from './transfer/lazyTransfer.ts';
export type { DevEnvListener, DevEnvService, DevEnvServiceOptions } from './lifecycle/index.ts';
export type { JupyterDoors } from './jupyter/index.ts';
export { nameMeant } from './names/index.ts';
export type { ConnectOptions, ThisMachine, ThisMachineOptions } from './ssh/index.ts';
export { openTunnel, runSshProxy, type SshProxyRequest, type TunnelRequest } from './tunnel/index.ts';

/** From making DevEnvs to deleting them. Its code is loaded now. */
export async function openDevEnvService(options: DevEnvServiceOptions): Promise<DevEnvService> {
  const { createDevEnvService } = await import('./lifecycle/index.ts');
  return createDevEnvService(options);
}

/** The jobs of a DevEnv. Their code is loaded now. */
export async function openDevEnvJobs(api: KubernetesApi, name: string, now: () => number): Promise<DevEnvJobs> {
  const { DevEnvJobs } = await import('./jobs/index.ts');
  return new DevEnvJobs(api, name, { ...systemClock, now });
}

/** JupyterLabs of DevEnvs on this machine. Its code is loaded now. */
export async function openJupyterDoors(options: {
  readonly randomHex: (bytes: number) => string;
  readonly now: () => number;
}): Promise<JupyterDoors> {
  const { JupyterDoors } = await import('./jupyter/index.ts');
  return new JupyterDoors(options);
}

/** Measures the way to a DevEnv hop by hop. Its code is loaded now. */
export async function testConnection(
  { now, ...test }: Omit<ConnectionTest, 'clock'> & { readonly now: () => number },
  signal: AbortSignal,
): Promise<DevEnvHop[]> {
  const { testConnection } = await import('./diagnostics/index.ts');
  return testConnection({ ...test, clock: { ...systemClock, now } }, signal);
}

/** SSH on this machine. Its code is loaded now. */
export async function openThisMachine(options: ThisMachineOptions): Promise<ThisMachine> {
  const { ThisMachine } = await import('./ssh/index.ts');
  return new ThisMachine(options);
}
