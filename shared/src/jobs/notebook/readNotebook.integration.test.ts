import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { codeCell, countingIds, markdownCell, notebookText, parametersCellOf } from '../testing/notebooks.ts';
import type { TestCell } from '../testing/notebooks.ts';
import { readNotebook } from './readNotebook.ts';

/** Validates a notebook strictly and loads it as papermill does; prints what papermill then has. */
const program = `
import json, sys
import nbformat
from papermill.iorw import load_notebook_node

with open(sys.argv[1], encoding="utf-8") as file:
    nbformat.validate(json.load(file))
cells = load_notebook_node(sys.argv[1]).cells
print(json.dumps([[cell.id, cell.cell_type, cell.source] for cell in cells]))
`;

const folder = mkdtempSync(join(tmpdir(), 'slipway-notebooks-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function loadInPython(text: string): unknown {
  const python = process.env.SLIPWAY_TEST_PYTHON;
  if (python === undefined) throw new Error('Set SLIPWAY_TEST_PYTHON to a Python that has papermill.');
  const file = join(folder, 'staged.ipynb');
  writeFileSync(file, text);
  const { status, stdout, stderr } = spawnSync(python, ['-c', program, file], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

describe('a staged notebook', () => {
  it.each<[string, readonly TestCell[], Record<string, unknown>]>([
    [
      'of format 4.5',
      [
        parametersCellOf('n = 1'),
        codeCell(['a\n', 'b'], { id: 'x', outputs: [{ output_type: 'stream', name: 'stdout', text: 'é' }] }),
      ],
      {},
    ],
    ['of format 4.0 without ids', [codeCell('1'), markdownCell('é'), codeCell('2')], { nbformat_minor: 0 }],
    [
      'with doubled and invalid ids',
      [codeCell('1', { id: 'a' }), codeCell('2', { id: 'a' }), codeCell('3', { id: 'b c' })],
      {},
    ],
    [
      'without metadata, outputs and counts',
      [{ cell_type: 'code', source: '1' }],
      { metadata: undefined, nbformat_minor: undefined },
    ],
  ])('%s is valid, and papermill keeps its cells and ids', (_, cells, more) => {
    const staged = readNotebook(notebookText(cells, more), countingIds());
    expect(loadInPython(staged.text)).toEqual(staged.cells.map(({ id, kind, source }) => [id, kind, source]));
  });
});
