import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelValue, objectNames } from './names.ts';
import { errorOf } from './testing/errors.ts';

describe('names of a run’s objects', () => {
  it('are DNS labels of at most 63 characters', () => {
    const names = objectNames(`${'a'.repeat(51)}-7f3a`);
    expect(names.inputs).toHaveLength(63);
    for (const name of Object.values(names)) expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
  });

  it.each(['', 'a'.repeat(57), 'A', 'a.b', 'a_b', '-a', 'a-', 'a b', '$(x)', 'a\n', '中文'])(
    'are refused: %j',
    (run) => {
      expect(errorOf(() => objectNames(run)).code).toBe('spec.invalid');
    },
  );
});

describe('label values', () => {
  it.each([
    ['analysis', 'analysis'],
    ['A_b.c-1', 'A_b.c-1'],
    ['Résumé', 'Resume-72ea970a'],
    ['my notebook (1)', 'my-notebook-1-2aa73e7a'],
    ['', ''],
  ])('%j', (text, value) => {
    expect(labelValue(text)).toBe(value);
  });

  it('are valid, and differ where the texts do', () => {
    const valid = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(labelValue(text)).toMatch(valid);
      }),
    );
    expect(labelValue('分析')).not.toBe(labelValue('结果'));
    expect(labelValue(`${'a'.repeat(63)}b`)).not.toBe(labelValue(`${'a'.repeat(63)}c`));
  });
});
