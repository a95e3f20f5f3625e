import { strict as assert } from 'node:assert';
import * as fc from 'fast-check';
import * as vscode from 'vscode';
import { exportedText, ownText } from '../../src/notebook/editorNotebook.ts';
import { MemoryFiles, memoryScheme } from './memoryFiles.ts';

const name = fc.string({ unit: fc.constantFrom('a', 'b', 'z', '0', '9', '-', '_'), minLength: 1, maxLength: 12 });
const metadata = fc.dictionary(name, fc.oneof(fc.string(), fc.integer(), fc.constant(['parameters'])), { maxKeys: 3 });
const lines = fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }), { maxLength: 6 });
const cell = fc.record({
  type: fc.constantFrom('code', 'markdown', 'raw'),
  metadata,
  // A source's lines are its own; which of the three line ends a file has, an editor may unify.
  source: lines.map((each) => each.map((line) => line.replace(/[\r\n\u2028\u2029]/g, '')).join('\n')),
  hasOutput: fc.boolean(),
});
const notebook = fc.record({ cells: fc.array(cell, { maxLength: 5 }), metadata, minor: fc.constantFrom(2, 4, 5) });

describe('a notebook in the editor', () => {
  const files = new MemoryFiles();
  let registered: vscode.Disposable;
  before(() => {
    registered = vscode.workspace.registerFileSystemProvider(memoryScheme, files);
  });
  after(() => {
    registered.dispose();
  });

  it('is written by our writer as by the one of VS Code', async () => {
    let count = 0;
    const isSame = async (generated: Generated): Promise<void> => {
      count += 1;
      const uri = files.put(`/corpus/${count}.ipynb`, JSON.stringify(nbformat(generated)));
      const document = await vscode.workspace.openNotebookDocument(uri);
      const theirs = await exportedText(document);
      assert.ok(theirs !== undefined, 'VS Code offers no writer of its own any more');
      assert.deepEqual(joined(ownText(document)), joined(theirs));
    };
    await fc.assert(fc.asyncProperty(notebook, isSame), { numRuns: 80, includeErrorInReport: true });
  });
});

type Generated = typeof notebook extends fc.Arbitrary<infer Value> ? Value : never;

function nbformat({ cells, metadata: ofNotebook, minor }: Generated): unknown {
  return {
    cells: cells.map(({ type, metadata: ofCell, source, hasOutput }, index) => ({
      cell_type: type,
      ...(minor >= 5 && { id: `c${index}` }),
      metadata: ofCell,
      source,
      ...(type === 'code' && {
        execution_count: hasOutput ? 3 : null,
        outputs: hasOutput ? [{ output_type: 'stream', name: 'stdout', text: 'seen' }] : [],
      }),
    })),
    metadata: { ...ofNotebook, kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' } },
    nbformat: 4,
    nbformat_minor: minor,
  };
}

/** nbformat lets a source be one text or its lines; `vscode` is the editor's own mark of a language, which no runner reads. */
function joined(text: string): unknown {
  return JSON.parse(text, (key, value: unknown) => {
    if (key === 'vscode') return undefined;
    return key === 'source' && Array.isArray(value) ? value.join('') : value;
  });
}
