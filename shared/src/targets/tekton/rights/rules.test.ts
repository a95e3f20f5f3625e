import { describe, expect, it } from 'vitest';
import { resources } from '../../../kubernetes/index.ts';
import { isAllowedBy, rulesReviewSchema, type Right, type Rule } from './rules.ts';

const rule = (changes: Partial<Rule>): Rule => ({
  verbs: ['create'],
  apiGroups: ['tekton.dev'],
  resources: ['pipelineruns'],
  resourceNames: [],
  ...changes,
});
const create: Right = { type: resources.pipelineRuns, verb: 'create' };
const exec: Right = { type: resources.pods, verb: 'create', subresource: 'exec' };

describe('what rules allow', () => {
  it.each<[string, Rule[], Right, boolean]>([
    ['nothing', [], create, false],
    ['the very thing', [rule({})], create, true],
    ['another verb', [rule({ verbs: ['get'] })], create, false],
    ['another group', [rule({ apiGroups: [''] })], create, false],
    ['all groups', [rule({ apiGroups: ['*'] })], create, true],
    ['everything', [rule({ verbs: ['*'], apiGroups: ['*'], resources: ['*'] })], exec, true],
    ['one object only', [rule({ resourceNames: ['mine'] })], create, false],
    ['a pod, but nothing in it', [rule({ apiGroups: [''], resources: ['pods'] })], exec, false],
    ['exec in pods', [rule({ apiGroups: [''], resources: ['pods/exec'] })], exec, true],
    ['exec in anything', [rule({ apiGroups: [''], resources: ['*/exec'] })], exec, true],
    ['halves of two rules', [rule({ verbs: ['get'] }), rule({ resources: ['taskruns'] })], create, false],
  ])('%s', (_what, rules, verb, allowed) => expect(isAllowedBy(rules, verb)).toBe(allowed));

  it('are read also where lists are missing or null', () => {
    const { status } = rulesReviewSchema.parse({ status: { resourceRules: [{ verbs: ['get'], apiGroups: null }] } });
    expect(status).toEqual({
      resourceRules: [{ verbs: ['get'], apiGroups: [], resources: [], resourceNames: [] }],
      incomplete: false,
    });
    expect(rulesReviewSchema.parse({ status: { resourceRules: null } }).status.resourceRules).toEqual([]);
  });
});
