import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linksOf, linkTemplateSchema } from './links.ts';

const values = { run: 'cells-7f3a', namespace: 'team-a', pod: 'cells-7f3a-run-pod', user: 'alice', context: 'team-a' };

describe('links to pages about a run', () => {
  it('name the run, its pod and its space', () => {
    const templates = { 'GPU use': 'https://grafana.example/d/gpu?var-pod={pod}&var-ns={namespace}#{run}' };
    expect(linksOf(templates, values)).toEqual([
      {
        label: 'GPU use',
        url: 'https://grafana.example/d/gpu?var-pod=cells-7f3a-run-pod&var-ns=team-a#cells-7f3a',
      },
    ]);
  });

  it.each([
    'javascript:alert({run})',
    'https://{run}.example/',
    'https://user@grafana.example/',
    'https://grafana.example\\@evil.example/{run}',
    'https://grafana.example/{secret}',
    'https://grafana.example/{run',
    'https://grafana.example/a b',
    'grafana.example/{run}',
  ])('take no %s', (template) => {
    expect(linkTemplateSchema.safeParse(template).success).toBe(false);
  });

  it('lead to the host that was written, whatever is filled in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (hostile) => {
        const filled = { ...values, run: hostile, user: hostile, pod: hostile };
        const [link] = linksOf({ page: 'https://grafana.example/d/{run}?user={user}#{pod}' }, filled);
        const url = new URL(link?.url ?? '');
        expect(url.host).toBe('grafana.example');
        expect([...url.searchParams.keys()]).toEqual(['user']);
      }),
    );
  });
});
