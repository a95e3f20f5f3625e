import type { FailedCell } from '../protocol/index.ts';

/** A cell as it is in the notebook now. */
export interface CellNow {
  readonly id: string | undefined;
  readonly source: string;
}

/** Where the cell of a run is now: by its id, else at its old place or anywhere by its text. Undefined where it is gone. */
export function findCell(
  cells: readonly CellNow[],
  wanted: Pick<FailedCell, 'id' | 'index' | 'source' | 'partial'>,
): number | undefined {
  const byId = cells.findIndex(({ id }) => id !== undefined && id === wanted.id);
  if (byId !== -1) return byId;
  const isWanted = wanted.partial === true ? linesMatch(wanted.source) : (source: string) => source === wanted.source;
  const there = cells[wanted.index];
  if (there !== undefined && isWanted(there.source)) return wanted.index;
  const bySource = cells.findIndex(({ source }) => isWanted(source));
  return bySource === -1 ? undefined : bySource;
}

/** Has the lines that are known, each at its place; the last one may be cut. */
function linesMatch(known: string): (source: string) => boolean {
  const wanted = [...known.split('\n').entries()].filter(([, text]) => text !== '');
  return (source) => {
    const lines = source.split('\n');
    return wanted.length > 0 && wanted.every(([at, text]) => isLine(lines[at], text));
  };
}

function isLine(line: string | undefined, known: string): boolean {
  return line === known || (known.endsWith('…') && line?.startsWith(known.slice(0, -1)) === true);
}
