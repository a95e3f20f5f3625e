import type { RunPlan, TeamProfile } from '../../protocol/index.ts';

type Cluster = NonNullable<RunPlan['cluster']>;

/** What a team's profile offers to choose from: sizes by name, and images, the default one first. */
export function profileOffers(profile: TeamProfile): Pick<Cluster, 'instanceTypes' | 'images'> {
  const sizes = Object.entries(profile.instanceTypes ?? {}).map(([name, { cpu, memory, gpus }]) => ({
    name,
    cpu,
    memory,
    gpus: gpus ?? 0,
    default: name === profile.defaultInstanceType,
  }));
  return {
    ...(sizes.length > 0 && { instanceTypes: sizes }),
    ...(profile.images !== undefined && { images: [...new Set([profile.image, ...profile.images])] }),
  };
}
