import { settleRun } from '../../pipeline/index.ts';
import type { DevEnvOptions, TeamProfile } from '../../protocol/index.ts';
import { defaultDiskSize, defaultIdleStop, settleDevEnv } from '../manifests/index.ts';

/** What a form for a new DevEnv offers, by the team profile. @param name one that is free @throws SlipwayError `spec.invalid` */
export function optionsOf(profile: TeamProfile, name: string): DevEnvOptions {
  const { devEnv = {}, instanceTypes = {} } = profile;
  const image = devEnv.image ?? profile.image;
  const { settings } = settleDevEnv({}, profile);
  // A profile that names no size has one all the same.
  const usual = settings.instanceType ?? usualSize;
  const names = [...new Set([...Object.keys(instanceTypes), usual])];
  return {
    name,
    images: [...new Set([image, ...(devEnv.images ?? [])])],
    instanceTypes: names.map((instanceType) => {
      const { cpu, memory, gpus } = settleRun({ instanceType }, profile);
      return { name: instanceType, cpu, memory, gpus, default: instanceType === usual };
    }),
    diskSize: devEnv.diskSize ?? defaultDiskSize,
    idleStop: devEnv.idleStop ?? defaultIdleStop,
  };
}

/** The shape of what a run gets where nobody named a size. */
const usualSize = 'cpu-1c-4g';
