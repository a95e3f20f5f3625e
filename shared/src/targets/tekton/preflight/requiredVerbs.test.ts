import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { judgeRights } from './accessChecks.ts';
import { requiredVerbs, verbWords } from './requiredVerbs.ts';

const roleSchema = z.object({
  rules: z.array(
    z.object({ apiGroups: z.array(z.string()), resources: z.array(z.string()), verbs: z.array(z.string()) }),
  ),
});

function grantedByRole(): string[] {
  const file = new URL('../../../../../docs/platform/role.yaml', import.meta.url);
  const { rules } = roleSchema.parse(parse(readFileSync(file, 'utf8')));
  return rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => {
        const [plural = '', subresource] = resource.split('/');
        const full = `${plural}${group === '' ? '' : `.${group}`}${subresource === undefined ? '' : `/${subresource}`}`;
        return verbs.map((verb) => `${verb} ${full}`);
      }),
    ),
  );
}

describe('the rights that runs take', () => {
  it('are those of the role that platform engineers bind, no more and no fewer', () => {
    expect(grantedByRole().sort()).toEqual(requiredVerbs.map(verbWords).sort());
  });

  it('are missed by name, the essential ones first', () => {
    const missing = requiredVerbs.filter((verb) =>
      ['patch pipelineruns.tekton.dev', 'list events'].includes(verbWords(verb)),
    );
    const finding = judgeRights(missing, 'team-a');
    expect(finding.outcome).toBe('fail');
    expect(finding.detail).toBe(
      'you may not patch pipelineruns.tekton.dev in team-a (without it runs cannot be cancelled)',
    );
    expect(finding.fix).toContain('docs/platform/role.yaml');
  });

  it('that runs can do without are a warning', () => {
    const finding = judgeRights(
      requiredVerbs.filter((verb) => verbWords(verb) === 'list events'),
      'team-a',
    );
    expect(finding.outcome).toBe('warn');
  });
});
