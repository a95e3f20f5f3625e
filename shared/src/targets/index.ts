/**
 * Where a run goes: `RunTarget` is the interface, `local/` and `tekton/` implement it.
 * A target touches processes, files or the cluster; it imports protocol, pipeline, artifacts and kubernetes.
 * Start reading at runTarget.ts.
 */
import type { ClusterTarget } from './runTarget.ts';
import type { TektonTargetOptions } from './tekton/index.ts';
import type * as pods from './tekton/podReading.ts';

export { readLogChunks, readWholeLog } from './readWholeLog.ts';
export * from './runTarget.ts';
export * from './local/index.ts';
export type { TektonTargetOptions } from './tekton/index.ts';
export type { Claim, ContainerStatus, Pod, Right } from './tekton/podReading.ts';

/** A cluster as a target. Its code is loaded now, its connections are made when it is first used. */
export async function openClusterTarget(options: TektonTargetOptions): Promise<ClusterTarget> {
  const { createTektonTarget } = await import('./tekton/index.ts');
  return createTektonTarget(options);
}

/** How runs read pods and say why they wait, for others who make some. Loaded when it is first asked for. */
export type PodReading = typeof pods;

export function podReading(): Promise<PodReading> {
  return import('./tekton/podReading.ts');
}
