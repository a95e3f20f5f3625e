import { checkObjectName, compact, type JsonObject } from '../../pipeline/index.ts';
import { devEnvWorkspace, SlipwayError, type DevEnvVolume } from '../../protocol/index.ts';

/** Folders that a further volume must not hide: the workspace, ours, and what no program does without. */
const taken = [
  devEnvWorkspace,
  '/bin',
  '/boot',
  '/dev',
  '/etc',
  '/lib',
  '/lib64',
  '/opt/slipway',
  '/proc',
  '/run',
  '/sbin',
  '/sys',
  '/usr',
  '/var/run',
];

/** @throws SlipwayError `spec.invalid` for a path that is taken, and for two volumes at one path */
export function checkVolumes(volumes: readonly DevEnvVolume[]): readonly DevEnvVolume[] {
  const seen: string[] = [];
  for (const { claimName, mountPath } of volumes) {
    checkObjectName(claimName, 'volumes, claimName');
    const fault = faultOf(mountPath, seen);
    if (fault !== undefined) {
      throw new SlipwayError('spec.invalid', `volumes: ${claimName} cannot be mounted at ${mountPath}: ${fault}.`, {
        action: 'Give it a path of its own, such as /data/atlas.',
      });
    }
    seen.push(mountPath);
  }
  return volumes;
}

function faultOf(path: string, seen: readonly string[]): string | undefined {
  if (path.split('/').some((part) => /^\.+$/.test(part))) return 'the path has "." or ".." in it';
  const hidden = taken.find((folder) => overlaps(folder, path));
  if (hidden !== undefined) return `${hidden} is taken`;
  return seen.includes(path) ? 'another volume is mounted there' : undefined;
}

function overlaps(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}

export interface PodVolumes {
  readonly volumes: readonly JsonObject[];
  readonly mounts: readonly JsonObject[];
}

/** The further claims of a DevEnv, each claim once. */
export function claimVolumes(volumes: readonly DevEnvVolume[]): PodVolumes {
  const claims = [...new Set(volumes.map(({ claimName }) => claimName))];
  const writes = (claim: string): boolean =>
    volumes.some(({ claimName, readOnly }) => claimName === claim && readOnly !== true);
  return {
    volumes: claims.map((claimName, index) => ({
      name: `volume-${index + 1}`,
      persistentVolumeClaim: compact({ claimName, readOnly: writes(claimName) ? undefined : true }),
    })),
    mounts: volumes.map(({ claimName, mountPath, readOnly }) =>
      compact({
        name: `volume-${claims.indexOf(claimName) + 1}`,
        mountPath,
        readOnly: readOnly === true ? true : undefined,
      }),
    ),
  };
}
