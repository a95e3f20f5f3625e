import type { ClusterMachine } from './clusterMachine.ts';

/** `slipway run --detach …`; the run's name. */
export async function startDetached(machine: ClusterMachine, args: readonly string[]): Promise<string> {
  const ended = await machine.typed(['run', '--detach', ...args]);
  const [, run] = /^run +(\S+)$/m.exec(ended.stdout) ?? [];
  if (ended.exitCode === 0 && run !== undefined) return run;
  throw new Error(`slipway run failed:\n${ended.stdout}${ended.stderr}`);
}
