import type { FailedCell } from '../protocol/index.ts';
import type { CellError, ExecutedCell, ExecutedNotebook } from './executedNotebook.ts';
import { lineInCell } from './traceback.ts';

/** A code cell of the notebook as submitted, in the notebook's order. */
export interface SubmittedCell {
  readonly id: string;
  /** 0-based index among all cells of the submitted notebook, where it is known. */
  readonly index?: number;
  readonly label: string;
}

/**
 * The cell that stopped the notebook, told in terms of the notebook as submitted: papermill puts cells in, so positions
 * in the executed notebook mean nothing to the person who wrote it. Undefined when no cell raised; a cell that was
 * running when the kernel died has raised nothing.
 * @param submittedCells the code cells as submitted, in order (`run.json`)
 */
export function findFailedCell(
  executed: ExecutedNotebook,
  submittedCells: readonly SubmittedCell[],
): FailedCell | undefined {
  const position = failedPosition(executed.cells);
  const cell = executed.cells[position];
  if (cell === undefined) return undefined;
  const error = cell.error ?? withoutOutput;
  const line = lineInCell(error.traceback, cell.executionCount, cell.source);
  return {
    id: cell.id,
    ...placeOf(executed.cells, position, submittedCells),
    source: cell.source,
    errorName: error.name,
    errorValue: error.value,
    traceback: [...error.traceback],
    ...(line === undefined ? {} : { line }),
  };
}

/** The name that papermill gives to a failure which left no error output (papermill/execute.py). */
const withoutOutput: CellError = { name: 'CellExecutionError', value: '', traceback: [] };

/** The cell at which papermill stopped, else (it went on after a cell tagged `raises-exception`) the last with an error. */
function failedPosition(cells: readonly ExecutedCell[]): number {
  const marked = cells.findIndex((cell) => cell.exception);
  return marked >= 0 ? marked : cells.findLastIndex((cell) => cell.error !== undefined && !leftOnPurpose(cell));
}

/** papermill takes `sys.exit()` and `sys.exit(0)` for success where it does not stop there. */
function leftOnPurpose(cell: ExecutedCell): boolean {
  return cell.error?.name === 'SystemExit' && ['', '0'].includes(cell.error.value);
}

function placeOf(
  cells: readonly ExecutedCell[],
  position: number,
  submitted: readonly SubmittedCell[],
): { index: number; number: number } {
  const cell = cells[position];
  if (cell === undefined) return nowhere;
  const byId = cell.id === '' ? -1 : submitted.findIndex(({ id }) => id === cell.id);
  const rank = byId >= 0 ? byId : rankWithoutId(cells, position, submitted);
  if (rank < 0) return nowhere;
  const index =
    submitted[rank]?.index ?? cells.slice(0, position).filter((before) => !isInserted(before, submitted)).length;
  return { index, number: rank + 1 };
}

const nowhere = { index: -1, number: 0 };

/** Where ids were lost on the way, the order still tells; but only if there are exactly the cells that there should be. */
function rankWithoutId(cells: readonly ExecutedCell[], position: number, submitted: readonly SubmittedCell[]): number {
  const known = new Set(submitted.map(({ id }) => id));
  const own = cells.flatMap((cell, at) => (cell.kind === 'code' && cell.inserted === undefined ? [at] : []));
  const lost = own.length === submitted.length && !cells.some((cell) => known.has(cell.id));
  return lost ? own.indexOf(position) : -1;
}

function isInserted(cell: ExecutedCell, submitted: readonly SubmittedCell[]): boolean {
  return cell.inserted !== undefined && !submitted.some(({ id }) => id === cell.id);
}
