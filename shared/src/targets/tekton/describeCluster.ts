import type { ClusterIdentity } from '../../kubernetes/index.ts';
import { planInputs, type ClusterSettings, type InputFile } from '../../pipeline/index.ts';
import { formatBytes, type RunPlan } from '../../protocol/index.ts';

/** What a run would take of its cluster, for people. Pure. */
export function describeCluster(
  settings: ClusterSettings,
  files: readonly InputFile[],
  { server, namespace, user }: ClusterIdentity,
): NonNullable<RunPlan['cluster']> {
  return {
    server,
    namespace,
    user,
    image: settings.image,
    ...(settings.instanceType !== undefined && { instanceType: settings.instanceType }),
    cpu: settings.cpu,
    memory: settings.memory,
    gpus: settings.gpus,
    volume: volumeWords(settings),
    inputs: inputWords(files),
  };
}

function volumeWords({ volume }: ClusterSettings): string {
  if (volume.kind === 'claim') {
    return `PVC ${volume.claimName}${volume.subPath === undefined ? '' : `, folder ${volume.subPath}`}; it stays`;
  }
  return `a new PVC of ${volume.size}, removed with the run`;
}

function inputWords(files: readonly InputFile[]): string {
  const { uploaded } = planInputs(files, 0);
  if (uploaded.length === 0) return 'in a ConfigMap';
  const bytes = uploaded.reduce((total, file) => total + file.bytes, 0);
  return `${formatBytes(bytes)} streamed to the volume, the rest in a ConfigMap`;
}
