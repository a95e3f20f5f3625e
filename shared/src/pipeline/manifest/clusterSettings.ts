import { SlipwayError } from '../../protocol/index.ts';
import type { InstanceType, JobSpec, TeamProfile } from '../../protocol/index.ts';
import { checkLabelKey, checkLabels, checkLabelValue, checkObjectName, checkResourceName } from './fieldChecks.ts';
import { checkImage } from './imageReference.ts';
import { chooseInstanceType } from './instanceType.ts';
import { compact } from './kubernetesObject.ts';
import type { JsonObject } from './kubernetesObject.ts';
import { halfOf, parseCores, parseQuantity, parseSize } from './quantity.ts';
import { ownerOfFolder, podSecurityContext } from './securityContexts.ts';

type Volume = NonNullable<TeamProfile['volume']>;

/** What a run takes of its cluster: the job's wishes before the profile's, all checked. */
export interface ClusterSettings {
  readonly image: string;
  /** Undefined where nobody named one. */
  readonly instanceType: string | undefined;
  /** Quantities, as they stand in the manifest. */
  readonly cpu: string;
  readonly memory: string;
  readonly gpus: number;
  /** `nvidia.com/gpu`, unless the profile says otherwise. */
  readonly gpuResource: string;
  /** Limits of the step that does the work beside memory: GPUs and what else a device plugin offers, by resource name. */
  readonly devices: Readonly<Record<string, string>>;
  /** Whether that step sees a GPU. */
  readonly hasGpu: boolean;
  /** Size of `/dev/shm`. */
  readonly sharedMemory: string;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly JsonObject[];
  readonly serviceAccountName: string | undefined;
  /** Of the pod; undefined where the image and the namespace decide. */
  readonly securityContext: JsonObject | undefined;
  /** Where the run's folder lies; a retry lies where the original does. */
  readonly volume: Volume;
}

const defaultVolume: Volume = { kind: 'perRun', size: '10Gi' };

/**
 * Settles what a run takes of a cluster.
 * @param gpus instead of the instance type's number of them
 * @throws SlipwayError `spec.invalid` for what no cluster would take, or would take and then not run
 */
export function settleRun(spec: JobSpec, profile: TeamProfile, gpus?: number): ClusterSettings {
  const { name, size: whole } = chooseInstanceType(spec.instanceType, profile);
  const size = gpus === undefined ? whole : { ...whole, gpus };
  const where = name === undefined ? 'The default instance type' : `Instance type ${name}`;
  parseCores(size.cpu, `${where}, cpu`);
  parseSize(size.memory, `${where}, memory`);
  const gpuResource = checkResourceName(profile.gpuResource ?? 'nvidia.com/gpu', 'gpuResource of the team profile');
  const devices = devicesOf(size, gpuResource, where);
  ownerOfFolder(profile);
  return {
    image: checkImage(spec.image ?? profile.image),
    instanceType: name,
    cpu: size.cpu,
    memory: size.memory,
    gpus: size.gpus ?? 0,
    gpuResource,
    devices,
    hasGpu: Object.keys(devices).some((resource) => resource.includes('/')),
    sharedMemory: sharedMemoryOf(size, profile),
    nodeSelector: selectorOf(size, profile, where),
    tolerations: tolerationsOf(size, profile, where),
    serviceAccountName: serviceAccountOf(spec, profile),
    securityContext: podSecurityContext(profile),
    volume: volumeOf(profile),
  };
}

function devicesOf(size: InstanceType, gpuResource: string, where: string): Record<string, string> {
  const devices: Record<string, string> = {};
  if ((size.gpus ?? 0) > 0) devices[gpuResource] = String(size.gpus);
  for (const [resource, amount] of Object.entries(size.resources ?? {})) {
    checkResourceName(resource, `${where}, resources`);
    const count = parseQuantity(amount, `${where}, ${resource}`);
    if (resource.includes('/') && !Number.isInteger(count)) {
      throw new SlipwayError('spec.invalid', `${where}, ${resource}: ${amount} is not a whole number.`, {
        action: 'Kubernetes counts devices in whole numbers.',
      });
    }
    if (resource === gpuResource && devices[resource] !== undefined) {
      throw new SlipwayError('spec.invalid', `${where} names ${resource} twice: as gpus and in resources.`, {
        action: 'Keep gpus.',
      });
    }
    devices[resource] = amount;
  }
  return devices;
}

function sharedMemoryOf(size: InstanceType, profile: TeamProfile): string {
  if (profile.sharedMemory === undefined) return halfOf(size.memory, 'memory');
  parseSize(profile.sharedMemory, 'sharedMemory of the team profile');
  return profile.sharedMemory;
}

function selectorOf(size: InstanceType, profile: TeamProfile, where: string): Record<string, string> {
  checkLabels(profile.nodeSelector ?? {}, 'nodeSelector of the team profile');
  checkLabels(size.nodeSelector ?? {}, `${where}, nodeSelector`);
  return { ...profile.nodeSelector, ...size.nodeSelector };
}

function tolerationsOf(size: InstanceType, profile: TeamProfile, where: string): JsonObject[] {
  return [...(profile.tolerations ?? []), ...(size.tolerations ?? [])].map((toleration) => {
    const { key, operator, value, effect, tolerationSeconds } = toleration;
    const place = `${where}, tolerations`;
    if (key !== undefined && key !== '') checkLabelKey(key, place);
    if (value !== undefined) checkLabelValue(value, place);
    const keyless = key === undefined || key === '';
    if ((keyless && operator !== 'Exists') || (operator === 'Exists' && (value ?? '') !== '')) {
      throw new SlipwayError('spec.invalid', `${place}: ${JSON.stringify(toleration)} contradicts itself.`, {
        action: 'Exists takes no value; without a key only Exists is possible.',
      });
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      throw new SlipwayError('spec.invalid', `${place}: tolerationSeconds is for the effect NoExecute only.`, {
        action: 'Leave tolerationSeconds out, or set effect: NoExecute.',
      });
    }
    return compact({ key, operator, value, effect, tolerationSeconds });
  });
}

function serviceAccountOf(spec: JobSpec, profile: TeamProfile): string | undefined {
  const name = spec.serviceAccountName ?? profile.serviceAccountName;
  return name === undefined ? undefined : checkObjectName(name, 'serviceAccountName');
}

function volumeOf(profile: TeamProfile): Volume {
  const volume = profile.volume ?? defaultVolume;
  if (volume.kind === 'perRun') parseSize(volume.size, 'volume.size of the team profile');
  else checkObjectName(volume.claimName, 'volume.claimName of the team profile');
  return volume;
}
