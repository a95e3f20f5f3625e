/** Height of a row in pixels, as in the style sheet. */
export const rowHeight = 18;
/** Browsers stop growing elements at some 17 to 33 million pixels; from here on the scroll bar is a scale. */
export const tallest = 8_000_000;
/** Rows drawn above and below what is seen. */
const overscan = 6;

/** What a scrolled list needs to know. All in pixels, of rows and of the element that scrolls. */
export interface ListSize {
  readonly rows: number;
  readonly viewport: number;
}

/** Height of the whole list if it could be drawn. */
export function listHeight({ rows }: ListSize): number {
  return rows * rowHeight;
}

/** Height of the element that makes the scroll bar. */
export function scrollHeight(size: ListSize): number {
  return Math.min(listHeight(size), tallest);
}

/** How far the list can be scrolled. */
export function largestTop(size: ListSize): number {
  return Math.max(0, listHeight(size) - size.viewport);
}

/** Where in the list a place of the scroll bar is. */
export function topFromScroll(scrollTop: number, size: ListSize): number {
  if (!isScaled(size)) return clampTop(scrollTop, size);
  const range = scrollHeight(size) - size.viewport;
  return clampTop((Math.max(0, scrollTop) / range) * largestTop(size), size);
}

/** Where the scroll bar is for a place in the list. */
export function scrollFromTop(top: number, size: ListSize): number {
  if (!isScaled(size)) return top;
  const range = scrollHeight(size) - size.viewport;
  return (top / largestTop(size)) * range;
}

/** True when a pixel of the scroll bar is more than one of the list. */
export function isScaled(size: ListSize): boolean {
  return listHeight(size) > tallest && size.viewport < tallest;
}

export function clampTop(top: number, size: ListSize): number {
  return Math.min(Math.max(0, top), largestTop(size));
}

/** The rows to draw, `first` to `end` (exclusive). */
export function visibleRows(top: number, size: ListSize): { readonly first: number; readonly end: number } {
  const first = Math.max(0, Math.floor(top / rowHeight) - overscan);
  const end = Math.min(size.rows, Math.ceil((top + size.viewport) / rowHeight) + overscan);
  return { first, end: Math.max(first, end) };
}

/** The top that brings a row into view, moving as little as needed; a far row comes to the middle. */
export function topForRow(row: number, top: number, size: ListSize): number {
  const at = row * rowHeight;
  if (at >= top && at + rowHeight <= top + size.viewport) return top;
  return clampTop(at - Math.floor(size.viewport / 2), size);
}
