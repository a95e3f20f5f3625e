import { parseDuration } from '../../jobs/index.ts';
import { checkObjectName, parseSize, settleRun, type ClusterSettings } from '../../pipeline/index.ts';
import { SlipwayError, type DevEnvSpec, type DevEnvVolume, type TeamProfile } from '../../protocol/index.ts';
import { checkVolumes } from './volumes.ts';

/** What a DevEnv is made of: a person's wishes before the profile's, all checked. */
export interface SettledDevEnv {
  /** Where and as whom its pod runs, and how large. */
  readonly settings: ClusterSettings;
  /** Quantity. */
  readonly diskSize: string;
  readonly storageClassName: string | undefined;
  readonly accessMode: string;
  /** Seconds without work after which it stops; 0: never. */
  readonly idleStopSeconds: number;
  readonly volumes: readonly DevEnvVolume[];
}

export const defaultDiskSize = '20Gi';
export const defaultIdleStop = '4h';
const longestIdle = 30 * 24 * 3600;

/**
 * Settles what a DevEnv takes of a cluster.
 * @throws SlipwayError `spec.invalid` for what no cluster would take, or would take and then not run
 */
export function settleDevEnv(spec: DevEnvSpec, profile: TeamProfile): SettledDevEnv {
  const { image, instanceType, diskSize, storageClassName, accessMode, idleStop } = profile.devEnv ?? {};
  const size = spec.instanceType ?? instanceType;
  const settings = settleRun(
    { image: spec.image ?? image ?? profile.image, ...(size !== undefined && { instanceType: size }) },
    profile,
    spec.gpus,
  );
  const disk = spec.diskSize ?? diskSize ?? defaultDiskSize;
  parseSize(disk, 'diskSize');
  return {
    settings,
    diskSize: disk,
    storageClassName:
      storageClassName === undefined
        ? undefined
        : checkObjectName(storageClassName, 'devEnv.storageClassName of the team profile'),
    accessMode: accessMode ?? 'ReadWriteOnce',
    idleStopSeconds: idleSeconds(spec.idleStop ?? idleStop ?? defaultIdleStop),
    volumes: checkVolumes(spec.volumes ?? []),
  };
}

/** @throws SlipwayError `spec.invalid` */
function idleSeconds(text: string): number {
  if (text === 'never') return 0;
  const seconds = secondsOf(text);
  if (seconds !== undefined && seconds <= longestIdle) return Math.ceil(seconds);
  throw new SlipwayError('spec.invalid', `idleStop: ${JSON.stringify(text)} is not a time without work.`, {
    action: 'Write 4h, 90m or 1h30m, at most 720h, or never.',
  });
}

function secondsOf(text: string): number | undefined {
  try {
    return parseDuration(text);
  } catch (error) {
    if (SlipwayError.is(error, 'spec.invalid')) return undefined;
    throw error;
  }
}
