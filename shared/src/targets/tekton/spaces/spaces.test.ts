import { describe, expect, it } from 'vitest';
import { listedSpaces, spaceCandidates } from './candidates.ts';

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
