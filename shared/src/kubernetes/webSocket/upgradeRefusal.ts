import { SlipwayError } from '../../protocol/index.ts';
import type { ClusterIdentity } from '../api.ts';
import { apiFailureOf } from '../errors.ts';

/**
 * Says which right is missing where an upgrade was refused. A WebSocket is a GET, so `get` is needed; from Kubernetes 1.35 on
 * `create` too, and its lack is refused with a sentence that ends after its colon. Undefined for other failures. Pure.
 */
export function missingRight(
  error: unknown,
  cluster: ClusterIdentity,
  what: { readonly subresource: string; readonly namespace: string },
): SlipwayError | undefined {
  const failure = apiFailureOf(error);
  if (failure?.status !== 403) return undefined;
  const named = /cannot (get|create) resource/.exec(failure.message)?.[1];
  const verb = named ?? (/is forbidden: ?$/.test(failure.message) ? 'create' : undefined);
  if (verb === undefined) return undefined;
  const { subresource, namespace } = what;
  // The kubeconfig's name for the user is not the cluster's.
  const user = /User "((?:[^"\\]|\\.)*)" cannot /.exec(failure.message)?.[1] ?? cluster.user;
  return new SlipwayError(
    'cluster.forbidden',
    `The user ${user} may not ${verb} pods/${subresource} in ${namespace} on the cluster ${cluster.context} (${cluster.server}).`,
    {
      action: `Ask for the right: verbs get and create on pods/${subresource} in the namespace ${namespace}.`,
      ...(SlipwayError.is(error) && error.request !== undefined && { request: { ...error.request, user, verb } }),
      cause: error,
    },
  );
}
