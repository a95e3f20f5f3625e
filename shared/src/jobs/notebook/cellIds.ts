/** The format's rule for cell ids: https://nbformat.readthedocs.io/en/latest/format_description.html#cell-ids */
const validId = /^[a-zA-Z0-9_-]{1,64}$/;

/**
 * One unique id a cell: valid ids stay (of doubles, the first does), the others come from `newCellId`.
 * @param written what the cells have now
 */
export function uniqueCellIds(written: readonly (string | undefined)[], newCellId: () => string): string[] {
  const taken = new Set<string>();
  const kept = written.map((id) => {
    if (id === undefined || !validId.test(id) || taken.has(id)) return undefined;
    taken.add(id);
    return id;
  });
  return kept.map((id, index) => {
    if (id !== undefined) return id;
    const made = freshId(taken, newCellId, index);
    taken.add(made);
    return made;
  });
}

/** A generator that repeats itself must not hang the reader, so after a few tries the cell's place makes the id. */
function freshId(taken: ReadonlySet<string>, newCellId: () => string, index: number): string {
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const id = newCellId();
    if (validId.test(id) && !taken.has(id)) return id;
  }
  let number = index + 1;
  while (taken.has(`cell-${number}`)) number += 1;
  return `cell-${number}`;
}
