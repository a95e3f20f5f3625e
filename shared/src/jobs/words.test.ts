import { describe, expect, it } from 'vitest';
import { nearNames, oneLine } from './words.ts';

describe('words', () => {
  it.each([
    ['n_pc', ['n_pcs', 'seed'], ['n_pcs']],
    ['NPCS', ['n_pcs'], ['n_pcs']],
    ['sede', ['seed', 'n'], ['seed']],
    ['params', ['parameters', 'path'], ['parameters']],
    ['zzz', ['a', 'parameters'], []],
    ['x'.repeat(1000), ['a'], []],
  ])('%s may mean', (name, known, expected) => {
    expect(nearNames(name, known)).toEqual(expected);
  });

  it('puts text on one line', () => {
    expect(oneLine(' a\n\tb\u0000c ', 10)).toBe('a b c');
    expect(oneLine('abcdef', 4)).toBe('abc…');
  });
});
