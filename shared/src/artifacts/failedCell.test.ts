import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failedCellSchema } from '../protocol/index.ts';
import { readExecutedNotebook } from './executedNotebook.ts';
import { findFailedCell } from './failedCell.ts';

const executed = (name: string) =>
  readExecutedNotebook(readFileSync(join(import.meta.dirname, '__fixtures__', name), 'utf8'));

const cells = (...ids: string[]) => ids.map((id) => ({ id, label: '' }));

describe('findFailedCell', () => {
  it('names the cell in terms of the submitted notebook: no inserted cell and no markdown in its number', () => {
    const failed = findFailedCell(executed('keyError.ipynb'), cells('cell-1', 'cell-2', 'cell-4', 'cell-5'));
    expect(failed).toEqual({
      id: 'cell-4',
      index: 4,
      number: 3,
      source: "obsm = {'X_pca': 1}\nembedding = obsm['pca']",
      errorName: 'KeyError',
      errorValue: "'pca'",
      traceback: expect.arrayContaining(["KeyError: 'pca'"]),
      line: 2,
    });
    expect(failedCellSchema.safeParse(failed).success).toBe(true);
  });

  it('takes the index that it is given', () => {
    const submitted = cells('cell-1', 'cell-2')
      .concat([{ id: 'cell-4', label: '' }])
      .map((cell, at) => ({ ...cell, index: at * 10 }));
    expect(findFailedCell(executed('keyError.ipynb'), submitted)).toMatchObject({ index: 20, number: 3 });
  });

  it('finds the line in the cell through functions of it and of other cells', () => {
    expect(findFailedCell(executed('nested.ipynb'), cells('cell-0', 'cell-1'))).toMatchObject({ number: 2, line: 2 });
    expect(findFailedCell(executed('chained.ipynb'), cells('cell-0'))).toMatchObject({
      errorName: 'ValueError',
      line: 4,
    });
    expect(findFailedCell(executed('syntaxError.ipynb'), cells('cell-0'))).toMatchObject({ line: 2, number: 1 });
  });

  it('finds a cell that was interrupted, and one that left with sys.exit(0)', () => {
    expect(findFailedCell(executed('cellTimeout.ipynb'), cells('cell-0'))).toMatchObject({
      errorName: 'KeyboardInterrupt',
    });
    expect(findFailedCell(executed('systemExitZero.ipynb'), cells('cell-0', 'cell-1'))).toMatchObject({
      errorName: 'SystemExit',
      errorValue: '0',
      number: 1,
    });
  });

  it('finds none when none raised: the kernel died', () => {
    expect(findFailedCell(executed('kernelDied.ipynb'), cells('cell-0', 'cell-1'))).toBeUndefined();
  });

  it('tells a cell that papermill inserted by index -1 and number 0', () => {
    const notebook = notebookOf([
      code('injected', { tags: ['injected-parameters'], raises: true }),
      code('a'),
      code('b'),
    ]);
    expect(findFailedCell(notebook, cells('a', 'b'))).toMatchObject({ id: 'injected', index: -1, number: 0 });
  });

  it('prefers the cell that stopped the notebook to one that was allowed to raise', () => {
    const notebook = notebookOf([code('a', { raises: true, stopped: false }), code('b', { raises: true })]);
    expect(findFailedCell(notebook, cells('a', 'b'))?.id).toBe('b');
    const alone = notebookOf([code('a', { raises: true, stopped: false }), code('b')]);
    expect(findFailedCell(alone, cells('a', 'b'))?.id).toBe('a');
  });

  it('goes by position where the ids were lost, if all cells are there', () => {
    const notebook = notebookOf([
      code('x1'),
      code('', { tags: ['injected-parameters'] }),
      code('x2', { raises: true }),
    ]);
    expect(findFailedCell(notebook, cells('a', 'b'))).toMatchObject({ index: 1, number: 2 });
    expect(findFailedCell(notebook, cells('a', 'b', 'c'))).toMatchObject({ index: -1, number: 0 });
  });

  it('gives index and number of the submitted notebook wherever papermill puts its cells', () => {
    const kind = fc.constantFrom('code', 'markdown');
    fc.assert(
      fc.property(
        fc.array(kind, { minLength: 1, maxLength: 12 }),
        fc.nat(),
        fc.option(fc.nat(), { nil: undefined }),
        (kinds, failing, parametersAt) => {
          const own = kinds.map((cellKind, at) => ({ id: `id-${at}`, kind: cellKind, at }));
          const codeCells = own.filter((cell) => cell.kind === 'code');
          const target = codeCells[failing % Math.max(codeCells.length, 1)];
          if (target === undefined) return;
          const run = own.map((cell) =>
            cell.kind === 'code' ? code(cell.id, { raises: cell === target }) : markdown(cell.id),
          );
          const position = run.findIndex((cell) => cell.id === target.id);
          const withMarkers = [marker('m0'), ...run.slice(0, position), marker('m1'), ...run.slice(position)];
          if (parametersAt !== undefined)
            withMarkers.splice(
              1 + (parametersAt % withMarkers.length),
              0,
              code('p', { tags: ['injected-parameters'] }),
            );
          const found = findFailedCell(notebookOf(withMarkers), cells(...codeCells.map(({ id }) => id)));
          expect(found).toMatchObject({ id: target.id, index: target.at, number: codeCells.indexOf(target) + 1 });
        },
      ),
    );
  });
});

interface Options {
  readonly tags?: readonly string[];
  readonly raises?: boolean;
  readonly stopped?: boolean;
}

interface TestCell {
  readonly id: string;
}

function code(id: string, { tags = [], raises = false, stopped = raises }: Options = {}): TestCell {
  const error = { output_type: 'error', ename: 'ValueError', evalue: id, traceback: [] };
  const papermill = { status: stopped ? 'failed' : 'completed', exception: stopped };
  const cell = { cell_type: 'code', id, metadata: { tags, papermill }, source: id, outputs: raises ? [error] : [] };
  return cell;
}

function markdown(id: string): TestCell {
  const cell = { cell_type: 'markdown', id, metadata: {}, source: '' };
  return cell;
}

function marker(id: string): TestCell {
  const cell = { cell_type: 'markdown', id, metadata: { tags: ['papermill-error-cell-tag'] }, source: '' };
  return cell;
}

function notebookOf(all: readonly TestCell[]) {
  return readExecutedNotebook(JSON.stringify({ nbformat: 4, cells: all }));
}
