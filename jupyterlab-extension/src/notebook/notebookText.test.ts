import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { notebookText } from './notebookText.ts';

const code = {
  cell_type: 'code',
  id: 'a',
  source: 'print(1)',
  execution_count: 7,
  outputs: [{ output_type: 'stream', name: 'stdout', text: 'a secret' }],
  metadata: { trusted: true, tags: ['parameters'] },
};
const kernelspec = { name: 'r', display_name: 'R' };

describe('a notebook that travels', () => {
  it('leaves outputs, counts and trust behind and keeps all else', () => {
    const notebook = { cells: [code], metadata: { kernelspec, signature: 'x' }, nbformat: 4, nbformat_minor: 5 };
    expect(JSON.parse(notebookText(notebook, 'python3'))).toEqual({
      nbformat: 4,
      nbformat_minor: 5,
      metadata: { kernelspec },
      cells: [{ ...code, outputs: [], execution_count: null, metadata: { tags: ['parameters'] } }],
    });
  });

  it('keeps the attachments and text of cells that are no code', () => {
    const cell = { cell_type: 'markdown', id: 'm', source: '# Title', metadata: {}, attachments: { a: {} } };
    expect(JSON.parse(notebookText({ cells: [cell] }, undefined))).toMatchObject({ cells: [cell] });
  });

  it.each([{}, { kernelspec: {} }, { kernelspec: { name: '' } }])('gets the kernel of its session: %j', (metadata) => {
    const text = notebookText({ cells: [], metadata }, 'julia-1.11');
    expect(JSON.parse(text)).toMatchObject({ metadata: { kernelspec: { name: 'julia-1.11' } } });
  });

  it('is never changed itself, and never throws on odd JSON', () => {
    fc.assert(
      fc.property(fc.record({ cells: fc.array(fc.jsonValue()), metadata: fc.jsonValue() }), (notebook) => {
        const before = JSON.stringify(notebook);
        notebookText(notebook, undefined);
        expect(JSON.stringify(notebook)).toBe(before);
      }),
    );
  });
});
