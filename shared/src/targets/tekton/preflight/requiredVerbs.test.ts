import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { judgeRights, minorOf } from './accessChecks.ts';
import { devEnvVerbs, requiredVerbs, verbsOf, verbWords } from './requiredVerbs.ts';

const roleSchema = z.object({
  metadata: z.object({ name: z.string() }),
  rules: z.array(
    z.object({ apiGroups: z.array(z.string()), resources: z.array(z.string()), verbs: z.array(z.string()) }),
  ),
});

const file = new URL('../../../../../docs/platform/role.yaml', import.meta.url);
const roles = parseAllDocuments(readFileSync(file, 'utf8')).map((document) => roleSchema.parse(document.toJS()));

function granted(...names: readonly string[]): string[] {
  return roles
    .filter(({ metadata }) => names.includes(metadata.name))
    .flatMap(({ rules }) => rules)
    .flatMap(({ apiGroups, resources, verbs }) =>
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
    expect(granted('slipway-user').sort()).toEqual(verbsOf(34).map(verbWords).sort());
    const both = granted('slipway-user', 'slipway-user-from-1.35');
    expect(both.sort()).toEqual(verbsOf(35).map(verbWords).sort());
    expect(roles).toHaveLength(4);
  });

  it('are those of another role for DevEnvs', () => {
    const words = (minor: number) => verbsOf(minor, devEnvVerbs).map(verbWords).sort();
    expect(granted('slipway-devenv').sort()).toEqual(words(34));
    expect(granted('slipway-devenv', 'slipway-devenv-from-1.35').sort()).toEqual(words(35));
  });

  it.each([
    ['34', 34],
    ['35+', 35],
    ['', undefined],
    [undefined, undefined],
  ])('are those of the cluster’s minor version %j', (told, minor) => {
    expect(minorOf(told)).toBe(minor);
    expect(verbsOf(minor).some((verb) => verbWords(verb) === 'create pods/exec')).toBe(minor === 35);
  });

  it('are missed by name, the essential ones first', () => {
    const missing = requiredVerbs.filter((verb) =>
      ['patch pipelineruns.tekton.dev', 'list events'].includes(verbWords(verb)),
    );
    const finding = judgeRights(missing, 28, 'team-a');
    expect(finding.outcome).toBe('fail');
    expect(finding.detail).toBe(
      'you may not patch pipelineruns.tekton.dev in team-a (without it runs cannot be cancelled)',
    );
    expect(finding.fix).toContain('docs/platform/role.yaml');
  });

  it('that runs can do without are a warning', () => {
    const finding = judgeRights(
      requiredVerbs.filter((verb) => verbWords(verb) === 'list events'),
      28,
      'team-a',
    );
    expect(finding.outcome).toBe('warn');
  });
});
