import * as z from 'zod';
import { resources, type KubernetesApi } from '../../../kubernetes/index.ts';
import { isAllowedBy, rulesReviewSchema, type Right, type RulesReview } from './rules.ts';

const accessSchema = z.object({ status: z.object({ allowed: z.boolean().default(false) }).optional() });

/**
 * Which of these rights are missing in the space of `api`: one question where none is. What rules do not seem to give is asked for by
 * itself, for rules may name objects, and not every authorizer can list what it allows.
 * @throws SlipwayError `cluster.*`
 */
export async function missingRights<R extends Right>(
  api: KubernetesApi,
  rights: readonly R[],
  signal: AbortSignal,
): Promise<readonly R[]> {
  const { namespace } = api.cluster;
  const { resourceRules } = await reviewRules(api, namespace, signal);
  const doubted = rights.filter((right) => !isAllowedBy(resourceRules, right));
  const answers = await Promise.all(doubted.map((right) => isAllowed(api, right, namespace, signal)));
  return doubted.filter((_, index) => answers[index] !== true);
}

/** Which rules somebody has in a namespace, as far as the authorizers can list them. @throws SlipwayError `cluster.*` */
export async function reviewRules(api: KubernetesApi, namespace: string, signal: AbortSignal): Promise<RulesReview> {
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } };
  const path = { type: resources.selfSubjectRulesReviews };
  const { status } = await api.create(path, body, {}, rulesReviewSchema, signal);
  return status;
}

/** @throws SlipwayError `cluster.*` */
export async function isAllowed(
  api: KubernetesApi,
  { type, verb, subresource, name }: Right,
  namespace: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { group, plural: resource } = type;
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: { namespace, verb, group, resource, subresource, name } },
  };
  const { status } = await api.create({ type: resources.selfSubjectAccessReviews }, body, {}, accessSchema, signal);
  return status?.allowed === true;
}
