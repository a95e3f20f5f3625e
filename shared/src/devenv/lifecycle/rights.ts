import { lackedRight, resources, type KubernetesApi } from '../../kubernetes/index.ts';
import { SlipwayError } from '../../protocol/index.ts';
import type { PodReading, Right } from '../../targets/index.ts';
import { secretName } from '../names/index.ts';

const { pods, persistentVolumeClaims, secrets } = resources;

/** What making a DevEnv takes once its claim and its Secret were looked for. @param isKept its claim is there already */
export function rightsToMake(name: string, isKept: boolean, start: boolean): readonly Right[] {
  return [
    { verb: 'create', type: secrets },
    isKept ? { verb: 'patch', type: persistentVolumeClaims, name } : { verb: 'create', type: persistentVolumeClaims },
    { verb: 'patch', type: secrets, name: secretName(name) },
    { verb: 'get', type: pods, name },
    ...(start ? rightsToStart : []),
  ];
}

export const rightsToStart: readonly Right[] = [{ verb: 'create', type: pods }];

/** What ending its pod and making another one takes. */
export function rightsToRestart(name: string): readonly Right[] {
  return [...rightsToEnd(name), ...rightsToStart];
}

/** @param hasPod there is one to end @param workspace its claim goes, too */
export function rightsToDelete(name: string, hasPod: boolean, workspace: boolean): readonly Right[] {
  const secret = secretName(name);
  return [
    ...(hasPod ? rightsToEnd(name) : []),
    { verb: 'get', type: secrets, name: secret },
    { verb: 'delete', type: secrets, name: secret },
    { verb: workspace ? 'delete' : 'patch', type: persistentVolumeClaims, name },
  ];
}

function rightsToEnd(name: string): readonly Right[] {
  return [
    { verb: 'delete', type: pods, name },
    { verb: 'watch', type: pods, name },
  ];
}

/**
 * Asks before the first of several steps whether the last one is allowed, so that nothing is left halfway. A cluster that does not answer
 * that refuses the step itself.
 * @param user whom the cluster knows
 * @throws SlipwayError `cluster.forbidden`, which names the first right that is missing
 */
export async function checkRights(
  api: KubernetesApi,
  reading: PodReading,
  user: string,
  rights: readonly Right[],
  signal: AbortSignal,
): Promise<void> {
  const [missing] = await reading.missingRights(api, rights, signal).catch((error: unknown) => {
    if (SlipwayError.is(error, 'cluster.forbidden')) return [];
    throw error;
  });
  if (missing === undefined) return;
  const { verb, type, name, subresource } = missing;
  const { namespace } = api.cluster;
  throw lackedRight({ cluster: api.cluster, verb, path: { type, namespace, name, subresource } }, user);
}
