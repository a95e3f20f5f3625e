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

it('says that a cell is gone', () => {
  expect(findCell([cell('a'), cell('c')], wanted)).toBeUndefined();
  expect(findCell([], wanted)).toBeUndefined();
});
