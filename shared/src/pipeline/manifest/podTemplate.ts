import type { TeamProfile } from '../../protocol/index.ts';
import type { ClusterSettings } from './clusterSettings.ts';
import { checkObjectName } from './fieldChecks.ts';
import { compact } from './kubernetesObject.ts';
import type { JsonObject } from './kubernetesObject.ts';

/**
 * What the pods of a run have in common, helper pods included: where they are scheduled, as whom they run. Fields of Tekton's
 * pod template and of a PodSpec alike.
 */
export function podTemplate(settings: ClusterSettings, profile: TeamProfile): JsonObject {
  const { nodeSelector, tolerations, securityContext } = settings;
  const secrets = (profile.imagePullSecrets ?? []).map((name) => ({
    name: checkObjectName(name, 'imagePullSecrets of the team profile'),
  }));
  const named = (field: 'schedulerName' | 'priorityClassName' | 'runtimeClassName'): string | undefined => {
    const name = profile[field];
    return name === undefined ? undefined : checkObjectName(name, `${field} of the team profile`);
  };
  return compact({
    nodeSelector: Object.keys(nodeSelector).length === 0 ? undefined : nodeSelector,
    tolerations: tolerations.length === 0 ? undefined : tolerations,
    securityContext,
    schedulerName: named('schedulerName'),
    priorityClassName: named('priorityClassName'),
    runtimeClassName: named('runtimeClassName'),
    imagePullSecrets: secrets.length === 0 ? undefined : secrets,
    // Notebooks run what they like, so they get a token of the cluster only where somebody asked for an account.
    automountServiceAccountToken: settings.serviceAccountName === undefined ? false : undefined,
    // Otherwise every Service of the space would be a handful of variables in every step.
    enableServiceLinks: false,
  });
}
