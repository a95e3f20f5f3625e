import type { TeamProfile } from '../../protocol/index.ts';
import { settleRun } from './clusterSettings.ts';
import type { ClusterSettings } from './clusterSettings.ts';
import { compact } from './kubernetesObject.ts';
import type { Json, JsonObject, KubernetesObject, ObjectMetadata } from './kubernetesObject.ts';
import type { ManifestInput, RunVolume, SharedScripts } from './manifestInput.ts';
import { annotations, helperContainer, labels, managedBy, objectNames, ownStep, paths } from './names.ts';
import { expiringMetadata, timestamp } from './objectMetadata.ts';
import { podTemplate } from './podTemplate.ts';
import { allRunsVolume, runFolderVolume, stepsVolume } from './podVolumes.ts';
import type { PodVolumes } from './podVolumes.ts';
import { runVolume } from './runVolume.ts';
import { containerSecurityContext, ownerOfFolder, rootSecurityContext } from './securityContexts.ts';
import { gpuEnvironment } from './stepEnvironment.ts';
import { helperResources } from './stepResources.ts';
import { ownerEnvironment } from './steps.ts';

export interface HelperPodOptions {
  /** Seconds after which the pod ends, whatever it does. */
  readonly deadlineSeconds: number;
}

/**
 * A pod that gives access to the run's folder by exec: `R-upload` writes it before the run, `R-reader` reads it afterwards. It
 * runs as the run does, without a GPU, waits, and ends by itself.
 */
export function renderHelperPod(
  input: ManifestInput,
  purpose: 'upload' | 'reader',
  options: HelperPodOptions,
): KubernetesObject {
  const { runFile, profile, scripts } = input;
  const run = runFile.run;
  const folder = runFolderVolume(runVolume(input), run, purpose === 'reader');
  return pod(expiringMetadata(objectNames(run)[purpose], { ...input, run }, { [labels.helper]: purpose }), {
    settings: settleRun(runFile.spec, profile),
    profile,
    volumes: joined(folder, stepsVolume(scripts)),
    env: [{ name: 'SLIPWAY_RUN_DIR', value: paths.run }],
    writes: purpose === 'upload',
    options,
  });
}

export interface VolumeReaderInput {
  readonly name: string;
  readonly namespace: string;
  readonly profile: TeamProfile;
  readonly volume: RunVolume;
  readonly scripts: SharedScripts;
  /** Epoch ms. */
  readonly expiresAt: number;
  /** It removes folders of runs that were deleted. Default false: it only reads. */
  readonly removes?: boolean;
}

/** A pod that reads all run folders of a volume: the history of runs whose objects are gone. */
export function renderVolumeReaderPod(input: VolumeReaderInput, options: HelperPodOptions): KubernetesObject {
  const { name, namespace, profile, volume, scripts, expiresAt, removes = false } = input;
  const metadata: ObjectMetadata = {
    name,
    namespace,
    labels: { [labels.managedBy]: managedBy, [labels.helper]: 'reader' },
    annotations: { [annotations.expires]: timestamp(expiresAt) },
  };
  return pod(metadata, {
    settings: settleRun({}, profile),
    profile,
    volumes: joined(allRunsVolume(volume, !removes), stepsVolume(scripts)),
    env: [{ name: 'SLIPWAY_RUN_DIR', value: paths.runs }],
    writes: false,
    options,
  });
}

interface PodParts {
  readonly settings: ClusterSettings;
  readonly profile: TeamProfile;
  readonly volumes: PodVolumes;
  readonly env: readonly JsonObject[];
  readonly writes: boolean;
  readonly options: HelperPodOptions;
}

function joined(a: PodVolumes, b: PodVolumes): PodVolumes {
  return { volumes: [...a.volumes, ...b.volumes], mounts: [...a.mounts, ...b.mounts] };
}

function pod(metadata: ObjectMetadata, parts: PodParts): KubernetesObject {
  const { settings, profile, volumes, options } = parts;
  const seconds = Math.max(1, Math.ceil(options.deadlineSeconds));
  const container = (name: string, script: string, more: Readonly<Record<string, Json | undefined>>): JsonObject =>
    compact({
      name,
      image: settings.image,
      imagePullPolicy: profile.imagePullPolicy,
      command: ['bash', '-c', script],
      resources: helperResources,
      volumeMounts: volumes.mounts,
      ...more,
    });
  const env = [
    { name: 'SLIPWAY_TARGET', value: 'cluster' },
    { name: 'SLIPWAY_STEPS', value: paths.steps },
    ...parts.env,
    ...gpuEnvironment(false),
  ];
  const owner = parts.writes ? ownerOfFolder(profile) : undefined;
  const own =
    owner &&
    container(ownStep, `exec bash ${paths.steps}/${ownStep}.sh`, {
      env: [...env, ...ownerEnvironment(owner)],
      securityContext: rootSecurityContext,
    });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: compact({
      restartPolicy: 'Never',
      activeDeadlineSeconds: seconds,
      terminationGracePeriodSeconds: 5,
      serviceAccountName: settings.serviceAccountName,
      ...podTemplate(settings, profile),
      initContainers: own && [own],
      containers: [
        // The first process of a container ignores TERM unless it says what to do then.
        container(helperContainer, `trap 'exit 0' TERM INT; sleep ${seconds} & wait`, {
          env,
          securityContext: containerSecurityContext(profile),
        }),
      ],
      volumes: volumes.volumes,
    }),
  };
}
