import type { TeamProfile } from '../../protocol/index.ts';
import { checkObjectName } from './fieldChecks.ts';
import { compact } from './kubernetesObject.ts';
import type { JsonObject } from './kubernetesObject.ts';
import type { RunVolume, SharedScripts } from './manifestInput.ts';
import { paths } from './names.ts';

/** Volumes of a pod, and where its containers see them. */
export interface PodVolumes {
  readonly volumes: readonly JsonObject[];
  readonly mounts: readonly JsonObject[];
}

/** A folder on a claim that containers see. */
interface ClaimMount {
  readonly volume: string;
  readonly claimName: string;
  readonly subPath: string | undefined;
  readonly mountPath: string;
  readonly readOnly: boolean;
}

/** A path on a claim, below the prefix that the profile gives it. */
export function subPathOf(prefix: string | undefined, path: string): string {
  return prefix === undefined ? path : `${prefix}/${path}`;
}

/**
 * The claims of a pod as volumes, each claim once: a claim that is written stays writable where it is also read, and its
 * mounts say which is which.
 */
function claimVolumes(mounts: readonly ClaimMount[]): PodVolumes {
  const claims = new Map<string, { readonly name: string; readOnly: boolean }>();
  for (const mount of mounts) {
    const claim = claims.get(mount.claimName) ?? { name: mount.volume, readOnly: true };
    claim.readOnly &&= mount.readOnly;
    claims.set(mount.claimName, claim);
  }
  return {
    volumes: [...claims].map(([claimName, { name, readOnly }]) => ({
      name,
      persistentVolumeClaim: compact({ claimName, readOnly: readOnly ? true : undefined }),
    })),
    mounts: mounts.map(({ volume, claimName, mountPath, subPath, readOnly }) =>
      compact({
        name: claims.get(claimName)?.name ?? volume,
        mountPath,
        subPath,
        readOnly: readOnly ? true : undefined,
      }),
    ),
  };
}

/** A ConfigMap as a folder; with `items` its keys become paths. */
function configMapFolder(name: string, configMap: string, mountPath: string, items?: ReadonlyMap<string, string>) {
  const volume: JsonObject = {
    name,
    configMap: compact({
      name: configMap,
      items: items === undefined ? undefined : [...items].map(([key, path]) => ({ key, path })),
    }),
  };
  return { volume, mount: { name, mountPath, readOnly: true } satisfies JsonObject };
}

/** The scripts, as every pod of ours has them. */
export function stepsVolume(scripts: SharedScripts): PodVolumes {
  const { volume, mount } = configMapFolder('steps', scripts.stepsName, paths.steps, scripts.steps);
  return { volumes: [volume], mounts: [mount] };
}

/** The run's folder alone, for helper pods. */
export function runFolderVolume(volume: RunVolume, run: string, readOnly: boolean): PodVolumes {
  const { claimName, subPath } = volume;
  return claimVolumes([
    { volume: 'data', claimName, subPath: subPathOf(subPath, `runs/${run}`), mountPath: paths.run, readOnly },
  ]);
}

/** The folder of all runs on a volume. */
export function allRunsVolume({ claimName, subPath }: RunVolume, readOnly: boolean): PodVolumes {
  return claimVolumes([
    { volume: 'data', claimName, subPath: subPathOf(subPath, 'runs'), mountPath: paths.runs, readOnly },
  ]);
}

export interface RunVolumesOptions {
  readonly run: string;
  readonly volume: RunVolume;
  readonly profile: TeamProfile;
  readonly scripts: SharedScripts;
  readonly inputsName: string;
  /** Whether the run downloads a data set. */
  readonly downloads: boolean;
  /** The run whose folder a retry takes over from. */
  readonly reuses: string | undefined;
}

/**
 * All volumes of a run's pods. As plain volumes, not as Tekton workspaces: no affinity assistant, and as many claims as it
 * takes.
 */
export function runVolumes(options: RunVolumesOptions): PodVolumes {
  const { run, volume, profile, scripts, inputsName, downloads, reuses } = options;
  const data = { volume: 'data', claimName: volume.claimName };
  const place = profile.cache ?? volume;
  const cache = {
    volume: 'cache',
    claimName: checkObjectName(place.claimName, 'cache.claimName of the team profile'),
    readOnly: false,
  };
  const claims = claimVolumes([
    { ...data, subPath: subPathOf(volume.subPath, `runs/${run}`), mountPath: paths.run, readOnly: false },
    { ...cache, subPath: subPathOf(place.subPath, 'environments'), mountPath: paths.environments },
    ...(downloads ? [{ ...cache, subPath: subPathOf(place.subPath, 'downloads'), mountPath: paths.downloads }] : []),
    ...(reuses === undefined
      ? []
      : [{ ...data, subPath: subPathOf(volume.subPath, `runs/${reuses}`), mountPath: paths.reuse, readOnly: true }]),
    ...Object.entries(profile.datasets ?? {}).map(([name, { claimName, subPath }]) => ({
      volume: `dataset-${name}`,
      claimName: checkObjectName(claimName, `datasets.${name}.claimName of the team profile`),
      subPath,
      mountPath: `${paths.datasets}/${name}`,
      readOnly: true,
    })),
  ]);
  const steps = stepsVolume(scripts);
  const assets = configMapFolder('assets', scripts.assetsName, paths.assets, scripts.assets);
  const inputs = configMapFolder('inputs', inputsName, paths.inputs);
  return {
    volumes: [...claims.volumes, ...steps.volumes, assets.volume, inputs.volume],
    mounts: [...claims.mounts, ...steps.mounts, assets.mount, inputs.mount],
  };
}
