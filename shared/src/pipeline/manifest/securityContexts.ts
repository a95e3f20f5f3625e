import { SlipwayError } from '../../protocol/index.ts';
import type { TeamProfile } from '../../protocol/index.ts';
import { compact } from './kubernetesObject.ts';
import type { JsonObject } from './kubernetesObject.ts';

/** Whether the profile's pods fulfil PodSecurity "restricted". */
export function isRestricted(profile: TeamProfile): boolean {
  return profile.restricted ?? true;
}

/**
 * The pod's security context. fsGroup with `OnRootMismatch`: going through a volume of a million files at each start takes
 * minutes. Undefined where the image and the namespace decide.
 * @throws SlipwayError `spec.invalid` where the profile contradicts itself
 */
export function podSecurityContext(profile: TeamProfile): JsonObject | undefined {
  const { runAsUser, runAsGroup, fsGroup, supplementalGroups } = profile.securityContext ?? {};
  checkIds({ runAsUser, runAsGroup, fsGroup });
  const restricted = isRestricted(profile);
  if (restricted && runAsUser === 0) {
    throw new SlipwayError('spec.invalid', 'The team profile asks for uid 0, which PodSecurity "restricted" refuses.', {
      action: 'Set securityContext.runAsUser to the uid of the image’s user, or restricted: false.',
    });
  }
  const context = compact({
    runAsUser,
    runAsGroup,
    fsGroup,
    fsGroupChangePolicy: fsGroup === undefined ? undefined : 'OnRootMismatch',
    supplementalGroups: supplementalGroups === undefined ? undefined : [...supplementalGroups],
    runAsNonRoot: restricted ? true : undefined,
    seccompProfile: restricted ? { type: 'RuntimeDefault' } : undefined,
  });
  return Object.keys(context).length === 0 ? undefined : context;
}

/** The security context of each container, for what only a container can say. */
export function containerSecurityContext(profile: TeamProfile): JsonObject | undefined {
  if (!isRestricted(profile)) return undefined;
  return { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
}

/** Root, with no more rights than it takes to hand over a folder. */
export const rootSecurityContext: JsonObject = {
  runAsUser: 0,
  runAsGroup: 0,
  runAsNonRoot: false,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'], add: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER'] },
};

/**
 * Whom the root step hands the run's folder to; undefined where the profile does not allow such a step.
 * @throws SlipwayError `spec.invalid` where the profile does not say whom
 */
export function ownerOfFolder(profile: TeamProfile): { readonly uid: number; readonly gid: number } | undefined {
  if (profile.rootPrepare !== true) return undefined;
  if (isRestricted(profile)) {
    throw new SlipwayError(
      'spec.invalid',
      'The team profile has rootPrepare, and PodSecurity "restricted" refuses a step that runs as root.',
      { action: 'Set restricted: false, or leave rootPrepare out and set securityContext.fsGroup.' },
    );
  }
  const { runAsUser, runAsGroup, fsGroup } = profile.securityContext ?? {};
  if (runAsUser === undefined) {
    throw new SlipwayError('spec.invalid', 'The team profile has rootPrepare, but does not say who gets the folder.', {
      action: 'Set securityContext.runAsUser to the uid of the image’s user.',
    });
  }
  return { uid: runAsUser, gid: runAsGroup ?? fsGroup ?? 0 };
}

const maxId = 2 ** 31 - 1;

function checkIds(ids: Readonly<Record<string, number | undefined>>): void {
  for (const [name, id] of Object.entries(ids)) {
    if (id === undefined || id <= maxId) continue;
    throw new SlipwayError('spec.invalid', `securityContext.${name} of the team profile, ${id}, is too large.`, {
      action: `Give a number up to ${maxId}.`,
    });
  }
}
