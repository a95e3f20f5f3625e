import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clampTop,
  isScaled,
  largestTop,
  listHeight,
  rowHeight,
  scrollFromTop,
  scrollHeight,
  tallest,
  topForRow,
  topFromScroll,
  visibleRows,
} from './virtualList.ts';

const size = fc.record({ rows: fc.nat({ max: 3_000_000 }), viewport: fc.integer({ min: 18, max: 3000 }) });
const place = size.chain((list) =>
  fc.record({
    list: fc.constant(list),
    top: fc.double({ min: 0, max: 1, noNaN: true }).map((part) => part * largestTop(list)),
  }),
);

describe('a virtual list', () => {
  it('draws every row that is seen, and few others', () => {
    fc.assert(
      fc.property(place, ({ list, top }) => {
        const { first, end } = visibleRows(top, list);
        expect(first).toBeLessThanOrEqual(Math.floor(top / rowHeight));
        expect(end).toBeGreaterThanOrEqual(Math.min(list.rows, Math.ceil((top + list.viewport) / rowHeight)));
        expect(end - first).toBeLessThanOrEqual(list.viewport / rowHeight + 14);
        expect(end).toBeLessThanOrEqual(list.rows);
      }),
    );
  });

  it('has a scroll bar that no browser cuts, and whose ends are those of the list', () => {
    fc.assert(
      fc.property(size, (list) => {
        expect(scrollHeight(list)).toBeLessThanOrEqual(tallest);
        expect(topFromScroll(0, list)).toBe(0);
        const range = scrollHeight(list) - list.viewport;
        if (range > 0) expect(topFromScroll(range, list)).toBeCloseTo(largestTop(list), 3);
      }),
    );
  });

  it('comes back to the same place through its scroll bar', () => {
    fc.assert(
      fc.property(place, ({ list, top }) => {
        expect(topFromScroll(scrollFromTop(top, list), list)).toBeCloseTo(top, 3);
      }),
    );
  });

  it('is drawn to scale from some 444,000 rows on', () => {
    expect(isScaled({ rows: 444_000, viewport: 600 })).toBe(false);
    expect(isScaled({ rows: 445_000, viewport: 600 })).toBe(true);
    expect(listHeight({ rows: 1_000_000, viewport: 600 })).toBe(18_000_000);
  });

  it('moves as little as needed to show a row', () => {
    const list = { rows: 1000, viewport: 180 };
    expect(topForRow(5, 0, list)).toBe(0);
    expect(topForRow(500, 0, list)).toBe(500 * rowHeight - 90);
    expect(topForRow(999, 0, list)).toBe(largestTop(list));
    expect(clampTop(-5, list)).toBe(0);
  });
});
