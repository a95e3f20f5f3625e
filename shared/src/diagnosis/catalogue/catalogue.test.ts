import { describe, expect, it } from 'vitest';
import { catalogue } from './order.ts';

const facts = 'run step exitCode reason title state place cell error message package importName'.split(' ');

/** `(?<name>` in the source of a pattern. */
function groups(pattern: RegExp): string[] {
  return [...pattern.source.matchAll(/\(\?<(\w+)>/g)].map(([, name = '']) => name);
}

describe.each(catalogue.map((entry, at) => ({ at, entry, name: `${entry.id} (${entry.look})` })))(
  '$name',
  ({ entry }) => {
    const known = new Set([
      ...facts,
      ...groups(entry.pattern),
      ...(entry.details ?? []).flatMap(({ pattern }) => groups(pattern)),
      ...(entry.list === undefined ? [] : [entry.list.name]),
    ]);

    it('uses only values that can be there', () => {
      for (const template of [...entry.causes, ...entry.fixes])
        for (const [, name = ''] of template.matchAll(/\{(\w+)\}/g)) expect([...known]).toContain(name);
    });

    it('is well-formed data: an id, a row of the catalogue, patterns without memory, a cause and a fix', () => {
      expect(entry.id).toMatch(/^[a-z][A-Za-z]+$/);
      expect(entry.source).toMatch(/^(?:[A-M]\d{1,2}b?|none)$/);
      for (const pattern of [entry.pattern, ...(entry.details ?? []).map((detail) => detail.pattern)])
        expect(pattern.flags).not.toMatch(/[gy]/);
      if (entry.list !== undefined) expect(entry.list.pattern.flags).toContain('g');
      expect(entry.causes.length).toBeGreaterThan(0);
      expect(entry.fixes.length).toBeGreaterThan(0);
      for (const sentence of [...entry.causes, ...entry.fixes]) expect(sentence).not.toMatch(/!|\.$/);
    });
  },
);
