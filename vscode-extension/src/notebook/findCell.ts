/** A cell as it is in the notebook now. */
export interface CellNow {
  readonly id: string | undefined;
  readonly source: string;
}

/** Where the cell of a run is now: by its id, else at its old place or anywhere by its text. Undefined where it is gone. */
export function findCell(
  cells: readonly CellNow[],
  wanted: { readonly id: string; readonly index: number; readonly source: string },
): number | undefined {
  const byId = cells.findIndex(({ id }) => id === wanted.id);
  if (byId !== -1) return byId;
  if (cells[wanted.index]?.source === wanted.source) return wanted.index;
  const bySource = cells.findIndex(({ source }) => source === wanted.source);
  return bySource === -1 ? undefined : bySource;
}
