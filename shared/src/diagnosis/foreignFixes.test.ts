import { describe, expect, it } from 'vitest';
import { catalogue } from './catalogue/order.ts';
import { unknownFixes } from './diagnose.ts';
import { forForeign } from './foreignFixes.ts';
import { inChinese } from './inChinese.ts';

const templates = [...new Set([...catalogue.flatMap(({ fixes }) => fixes), ...unknownFixes, 'slipway retry {run}'])];

describe('what helps with a run that Slipway did not make', () => {
  it.each(templates)('%s: does without running it again, in each language', (template) => {
    const values = Object.fromEntries([...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [name, 'x']));
    const chinese = inChinese(template, values) ?? '';
    expect(chinese).not.toBe('');
    const translations = { 'zh-cn': { cause: '', fixes: [chinese] } };
    const left = forForeign({ id: 'x', cause: '', evidence: [], fixes: [template], translations });
    const inAll = [...left.fixes, ...(left.translations?.['zh-cn']?.fixes ?? [])];
    expect(inAll.join('\n')).not.toMatch(/slipway re(?:try|run)|[:：,，]$/);
    expect(left.translations?.['zh-cn']?.fixes).toHaveLength(left.fixes.length);
    if (!/slipway re(?:try|run)/.test(template)) expect(left.fixes).toEqual([template]);
  });

  it('keeps what is to be done first', () => {
    const fixes = [
      'Edit cell 3, then: slipway retry a --from notebook',
      'Name one: slipway rerun a --edit',
      'Then: slipway retry a',
    ];
    expect(forForeign({ id: 'x', cause: '', evidence: [], fixes }).fixes).toEqual(['Edit cell 3', 'Name one']);
  });
});
