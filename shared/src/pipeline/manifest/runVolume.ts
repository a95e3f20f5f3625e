import { settleRun } from './clusterSettings.ts';
import type { ClusterSettings } from './clusterSettings.ts';
import { compact } from './kubernetesObject.ts';
import type { KubernetesObject } from './kubernetesObject.ts';
import type { ManifestInput, RunVolume } from './manifestInput.ts';
import { objectNames } from './names.ts';
import { expiringMetadata } from './objectMetadata.ts';

/** Where the run's folder lies: with the run that it retries, on the team's claim, or on a claim of its own. */
export function runVolume(input: ManifestInput): RunVolume {
  return input.reuseVolume ?? volumeOf(input.runFile.run, settleRun(input.runFile.spec, input.profile));
}

function volumeOf(run: string, { volume }: ClusterSettings): RunVolume {
  return volume.kind === 'claim'
    ? { claimName: volume.claimName, subPath: volume.subPath }
    : { claimName: objectNames(run).claim, subPath: undefined };
}

/** The claim `R-data`; undefined where the run lies on a claim that is there already. */
export function renderVolumeClaim(input: ManifestInput): KubernetesObject | undefined {
  const { volume } = settleRun(input.runFile.spec, input.profile);
  if (input.reuseVolume !== undefined || volume.kind === 'claim') return undefined;
  const run = input.runFile.run;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: expiringMetadata(objectNames(run).claim, { ...input, run }),
    spec: compact({
      accessModes: [volume.accessMode ?? 'ReadWriteOnce'],
      storageClassName: volume.storageClassName,
      resources: { requests: { storage: volume.size } },
    }),
  };
}
