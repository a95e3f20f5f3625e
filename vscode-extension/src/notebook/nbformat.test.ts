import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { isRecord, notebookJson, withoutOutputs, type NotebookCell } from './nbformat.ts';

const kernelspec = { name: 'python3', display_name: 'Python 3', language: 'python' };
const cell: NotebookCell = { kind: 'code', source: 'a = 1\nb', id: 'x', metadata: { tags: ['parameters'] } };

function parsed(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text);
  if (!isRecord(value)) throw new Error('no notebook');
  return value;
}

it('writes lines, ids, tags and the kernel, and no outputs', () => {
  const text = notebookJson({ cells: [cell], metadata: { kernelspec }, nbformat: 4, nbformatMinor: 5 });
  expect(parsed(text)).toEqual({
    cells: [
      {
        cell_type: 'code',
        id: 'x',
        metadata: { tags: ['parameters'] },
        source: ['a = 1\n', 'b'],
        execution_count: null,
        outputs: [],
      },
    ],
    metadata: { kernelspec },
    nbformat: 4,
    nbformat_minor: 5,
  });
});

it('gives ids only where the format has them, and makes those that are missing', () => {
  const old = notebookJson({ cells: [cell], metadata: {}, nbformat: 4, nbformatMinor: 4 });
  expect(old).not.toContain('"id"');
  const unnamed = { ...cell, id: undefined };
  const now = notebookJson({ cells: [unnamed, unnamed], metadata: {}, nbformat: 4, nbformatMinor: 5 });
  expect(now).toContain('"cell-0"');
  expect(now).toContain('"cell-1"');
});

it('keeps every source as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (source) => {
      const text = notebookJson({ cells: [{ ...cell, source }], metadata: {}, nbformat: 4, nbformatMinor: 5 });
      const { cells } = parsed(text);
      const [written]: unknown[] = Array.isArray(cells) ? cells : [];
      const lines = isRecord(written) ? written.source : undefined;
      expect(Array.isArray(lines) ? lines.join('') : undefined).toBe(source);
    }),
  );
});

it('takes outputs out of what another program wrote', () => {
  const outputs = [{ output_type: 'stream', name: 'stdout', text: 'secret' }];
  const text = JSON.stringify({
    cells: [{ cell_type: 'code', source: 'a', outputs, execution_count: 3 }],
    nbformat: 4,
  });
  expect(withoutOutputs(text)).not.toContain('secret');
  expect(withoutOutputs(text)).not.toContain('3,');
  expect(() => withoutOutputs('[]')).toThrow(SyntaxError);
});
