/** The place that a key moves to in a row of `count` things of which one is a tab stop; undefined for other keys. */
export function movedIndex(key: string, index: number, count: number): number | undefined {
  if (count === 0) return undefined;
  switch (key) {
    case 'ArrowRight':
    case 'ArrowDown':
      return Math.min(index + 1, count - 1);
    case 'ArrowLeft':
    case 'ArrowUp':
      return Math.max(index - 1, 0);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}

/** Moves the focus among the elements that `selector` finds, as arrows, Home and End say. */
export function moveFocus(event: KeyboardEvent, container: ParentNode, selector: string): HTMLElement | undefined {
  const items = [...container.querySelectorAll<HTMLElement>(selector)].filter((item) => item.offsetParent !== null);
  const current = items.findIndex((item) => item === event.target);
  const next = movedIndex(event.key, Math.max(0, current), items.length);
  const item = next === undefined ? undefined : items[next];
  if (item === undefined) return undefined;
  event.preventDefault();
  item.focus();
  return item;
}
