import { describe, expect, it } from 'vitest';
import { resources } from '../../../kubernetes/index.ts';
import type { RequiredVerb } from '../preflight/index.ts';
import { listedSpaces, spaceCandidates } from './candidates.ts';
import { isAllowedBy, rulesReviewSchema, type Rule } from './rules.ts';

const rule = (changes: Partial<Rule>): Rule => ({
  verbs: ['create'],
  apiGroups: ['tekton.dev'],
  resources: ['pipelineruns'],
  resourceNames: [],
  ...changes,
});
const create: RequiredVerb = { type: resources.pipelineRuns, verb: 'create', without: '', essential: true };
const exec: RequiredVerb = { type: resources.pods, verb: 'create', subresource: 'exec', without: '', essential: false };

describe('what rules allow', () => {
  it.each<[string, Rule[], RequiredVerb, boolean]>([
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

describe('spaces to look at', () => {
  it('are those that somebody named, then those called like a group', () => {
    const groups = ['/lab/team-a', 'oidc:team-b', 'system:authenticated', 'Not A Name', 'team-c', ''];
    expect(spaceCandidates({ current: 'mine', named: ['team-c', 'x'], groups })).toEqual([
      'mine',
      'team-c',
      'x',
      'team-a',
      'team-b',
    ]);
  });

  it('are no more than 50, however many groups there are', () => {
    const groups = Array.from({ length: 300 }, (_, index) => `g${index}`);
    expect(spaceCandidates({ current: 'mine', named: [], groups })).toHaveLength(50);
  });

  it('are not those of the system, unless somebody works there', () => {
    const hints = { current: 'default', named: ['team-b', 'gone'], groups: [] };
    const names = ['default', 'kube-system', 'openshift-ingress', 'team-a', 'team-b', 'tekton-pipelines'];
    expect(listedSpaces(names, hints)).toEqual(['default', 'team-b', 'team-a']);
  });
});
