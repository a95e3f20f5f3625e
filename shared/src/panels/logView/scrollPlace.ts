import {
  clampTop,
  isScaled,
  largestTop,
  rowHeight,
  scrollFromTop,
  topFromScroll,
  visibleRows,
  type ListSize,
} from './virtualList.ts';

/**
 * Where a long list is scrolled to, and what keeps the element that scrolls in step with it. The place in the list is the
 * truth; the scroll bar of a very long list is a scale of it.
 */
export class ScrollPlace {
  top = 0;
  #rows = 0;
  #viewport = 0;
  #isPlaced = false;
  /** Somebody wants the first row, which may not be known yet. */
  #wantsStart = false;
  /** What the element's `scrollTop` was last, by us or by its user. */
  #scroll = 0;
  #observed: Element | undefined;
  readonly #observer: ResizeObserver;

  /** @param onResize called when the element that scrolls has another height */
  constructor(onResize: () => void) {
    this.#observer = new ResizeObserver(([entry]) => {
      const height = entry?.contentRect.height ?? 0;
      if (height === this.#viewport) return;
      this.#viewport = height;
      onResize();
    });
  }

  get size(): ListSize {
    return { rows: this.#rows, viewport: this.#viewport };
  }

  /** True where turning the wheel by a pixel must not move the scroll bar by one. */
  get takesWheel(): boolean {
    return isScaled(this.size);
  }

  /**
   * The list has so many rows; when those before the first are known for the first time, what is seen stays in place, or is the
   * first row where that was asked for.
   */
  resize(rows: number, isPlaced: boolean): void {
    if (isPlaced && !this.#isPlaced && !this.#wantsStart) this.top += (rows - this.#rows) * rowHeight;
    this.#isPlaced = isPlaced;
    this.#rows = rows;
    this.top = clampTop(this.top, this.size);
  }

  /** @param top pixels; `-Infinity` is the first row, also where those before the ones known are not counted yet */
  move(top: number): void {
    this.#wantsStart = top === -Infinity;
    this.top = clampTop(top, this.size);
  }

  toEnd(): void {
    this.#wantsStart = false;
    this.top = largestTop(this.size);
  }

  rows(wrap: boolean): { readonly first: number; readonly end: number } {
    const { first, end } = visibleRows(this.top, this.size);
    return wrap ? { first: Math.max(first, Math.floor(this.top / rowHeight)), end } : { first, end };
  }

  /** The rows that can be seen, in part too: `first` to `end` (exclusive). */
  seen(): { readonly first: number; readonly end: number } {
    const end = Math.min(this.#rows, Math.ceil((this.top + this.#viewport) / rowHeight));
    return { first: Math.min(end, Math.floor(this.top / rowHeight)), end };
  }

  /** How many rows there are up to the last one seen. */
  lastRow(): number {
    return Math.floor((this.top + this.#viewport) / rowHeight);
  }

  /** Takes over where the user has scrolled to. @returns -1 for up, 1 for down, 0 where it was our own doing */
  scrolled(scroller: HTMLElement): -1 | 0 | 1 {
    const { scrollTop } = scroller;
    const before = this.#scroll;
    if (Math.abs(scrollTop - before) < 1) return 0;
    this.#scroll = scrollTop;
    this.#wantsStart = false;
    this.top = topFromScroll(scrollTop, this.size);
    return scrollTop < before ? -1 : 1;
  }

  /** Puts the scroll bar and the drawn rows where they belong. */
  apply(scroller: HTMLElement, rows: HTMLElement, wrap: boolean): void {
    this.#observe(scroller);
    const scroll = scrollFromTop(this.top, this.size);
    if (Math.abs(scroller.scrollTop - scroll) >= 1) scroller.scrollTop = scroll;
    this.#scroll = scroller.scrollTop;
    const { first } = this.rows(wrap);
    rows.style.transform = `translateY(${this.#offset(first, rows, wrap)}px)`;
  }

  reset(): void {
    this.top = 0;
    this.#rows = 0;
    this.#isPlaced = false;
    this.#wantsStart = false;
  }

  dispose(): void {
    this.#observer.disconnect();
    this.#observed = undefined;
  }

  #offset(first: number, rows: HTMLElement, wrap: boolean): number {
    if (!wrap) return this.#scroll - (this.top - first * rowHeight);
    // Wrapped rows have their own heights: the first is at the top, but at the end of the list the last is at the bottom.
    const isAtEnd = this.top >= largestTop(this.size) - 1 && this.top > 0;
    const beyond = isAtEnd ? Math.max(0, rows.offsetHeight - this.#viewport) : 0;
    return this.#scroll - beyond;
  }

  #observe(scroller: Element): void {
    if (this.#observed === scroller) return;
    this.#observer.disconnect();
    this.#observer.observe(scroller);
    this.#observed = scroller;
  }
}
