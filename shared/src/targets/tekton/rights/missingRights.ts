import { resources, type KubernetesApi } from '../../../kubernetes/index.ts';
import { isAllowed, type RequiredVerb } from '../preflight/index.ts';
import { isAllowedBy, rulesReviewSchema } from './rules.ts';

/** A right that something takes in a space. */
export type NeededRight = Pick<RequiredVerb, 'type' | 'subresource' | 'verb'> & {
  /** Of the one object; undefined for all of the type, and for what is to be made. */
  readonly name?: string;
};

/**
 * Which of these rights are missing in the space: one question where none is. What rules do not seem to give is asked for by itself, for
 * rules may name objects, and not every authorizer can list what it allows.
 */
export async function missingRights(
  api: KubernetesApi,
  rights: readonly NeededRight[],
  signal: AbortSignal,
): Promise<readonly NeededRight[]> {
  const { namespace } = api.cluster;
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } };
  const path = { type: resources.selfSubjectRulesReviews };
  const { status } = await api.create(path, body, {}, rulesReviewSchema, signal);
  const doubted = rights.filter((right) => !isAllowedBy(status.resourceRules, right));
  const answers = await Promise.all(doubted.map((right) => isAllowed(api, right, namespace, signal)));
  return doubted.filter((_, index) => answers[index] !== true);
}
