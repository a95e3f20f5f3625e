import { expect, it } from 'vitest';
import { findCell } from './findCell.ts';

const cell = (source: string, id?: string) => ({ id, source });
const wanted = { id: 'x', index: 1, source: 'b' };

it('finds a cell by its id wherever it went, and however it was edited', () => {
  expect(findCell([cell('edited', 'x'), cell('b', 'y')], wanted)).toBe(0);
});

it('finds a cell without an id by its text, at its old place first', () => {
  expect(findCell([cell('b'), cell('b')], wanted)).toBe(1);
  expect(findCell([cell('b'), cell('c')], wanted)).toBe(0);
});

it('finds a cell of which only some lines are known by these, at their places', () => {
  const known = { ...wanted, source: '\n\nc = 3\nraise', partial: true } as const;
  expect(findCell([cell('c = 3\nraise'), cell('other'), cell('a = 1\nb = 2\nc = 3\nraise\ne = 5')], known)).toBe(2);
  expect(findCell([cell('a\nb\nc = 3\nraised')], known)).toBeUndefined();
  expect(findCell([cell('a\nb\nc = 3\nraised')], { ...known, source: '\n\nc = 3\nrai…' })).toBe(0);
  expect(findCell([cell(''), cell('')], { ...known, source: '' })).toBeUndefined();
});

it('says that a cell is gone', () => {
  expect(findCell([cell('a'), cell('c')], wanted)).toBeUndefined();
  expect(findCell([], wanted)).toBeUndefined();
});
