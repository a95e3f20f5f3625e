import * as z from 'zod';
import type { ResourceType } from '../../../kubernetes/index.ts';

/** What somebody may do to objects of a type in a namespace. */
export interface Right {
  readonly type: ResourceType;
  readonly subresource?: string;
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'patch' | 'delete';
  /** Of the one object; absent for all of the type, and for what is to be made. */
  readonly name?: string;
}

const texts = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);

/** A rule of a SelfSubjectRulesReview: what its lists have in common is allowed. */
const ruleSchema = z.object({ verbs: texts, apiGroups: texts, resources: texts, resourceNames: texts });
export type Rule = z.output<typeof ruleSchema>;

export const rulesReviewSchema = z.object({
  status: z.object({
    resourceRules: z
      .array(ruleSchema)
      .nullish()
      .transform((rules) => rules ?? []),
    /** True where an authorizer cannot list what it allows: what is missing may be allowed all the same. */
    incomplete: z.boolean().default(false),
  }),
});

export type RulesReview = z.output<typeof rulesReviewSchema>['status'];

/** Whether rules allow to do this with every object of the type. Pure. */
export function isAllowedBy(rules: readonly Rule[], { type, verb, subresource }: Right): boolean {
  const resources = subresource === undefined ? [type.plural] : [`${type.plural}/${subresource}`, `*/${subresource}`];
  return rules.some(
    (rule) =>
      has(rule.verbs, [verb]) &&
      has(rule.apiGroups, [type.group]) &&
      has(rule.resources, resources) &&
      // Those that name objects say nothing of others.
      rule.resourceNames.length === 0,
  );
}

function has(list: readonly string[], wanted: readonly string[]): boolean {
  return list.includes('*') || wanted.some((each) => list.includes(each));
}
