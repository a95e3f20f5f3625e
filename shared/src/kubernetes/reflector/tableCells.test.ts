import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTableCells } from './tableCells.ts';

const body = (value: unknown) => Buffer.from(JSON.stringify(value));
const table = {
  kind: 'Table',
  metadata: { resourceVersion: '9' },
  columnDefinitions: [{ name: 'Name', type: 'string' }, { name: 'Reason' }],
  rows: [
    { cells: ['a', 'Failed'], object: null },
    { cells: ['b'], object: null },
  ],
};

describe('the cells of a Table', () => {
  it('come in the order that was asked for', () => {
    expect(readTableCells(body(table), ['Reason', 'Name', 'Age'])).toEqual({
      resourceVersion: '9',
      rows: [
        ['Failed', 'a', undefined],
        [undefined, 'b', undefined],
      ],
    });
  });

  it('are none where there are no rows', () => {
    expect(readTableCells(body({ ...table, rows: null }), ['Name'])?.rows).toEqual([]);
  });

  it('are not read from anything else, and never throw', () => {
    expect(readTableCells(body({ kind: 'PodList', items: [] }), ['Name'])).toBeUndefined();
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json().map((text) => Buffer.from(text)),
          fc.uint8Array(),
        ),
        (bytes) => {
          expect(readTableCells(bytes, ['Name'])).toBeUndefined();
        },
      ),
    );
  });
});
