import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlipwayError } from '../../protocol/index.ts';
import { codeCell, countingIds, markdownCell, notebookText } from '../testing/notebooks.ts';
import { readNotebook } from './readNotebook.ts';

function errorOf(text: string, path?: string): SlipwayError {
  try {
    readNotebook(text, countingIds(), path);
  } catch (error) {
    if (error instanceof SlipwayError) return error;
    throw error;
  }
  throw new Error('no error');
}

const oneCell = [codeCell('x = 1', { id: 'a' })];

describe('what is not a notebook', () => {
  it.each([
    ['', 'it is empty', 'add a code cell'],
    [' \n\t', 'it is empty', 'add a code cell'],
    ['version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n', 'Git LFS pointer', 'git lfs pull'],
    ['{\n<<<<<<< HEAD\n "a": 1\n=======\n "a": 2\n>>>>>>> other\n}', 'conflict markers', 'Resolve the merge'],
    ['<!DOCTYPE html>\n<html></html>', 'HTML page', 'raw'],
    ['<?xml version="1.0"?><a/>', 'markup', '.ipynb'],
    ['import numpy as np\nprint(np)\n', 'Python script', 'slipway run -- python'],
    ['# %%\nx = 1\n', 'Python script', 'slipway run -- python'],
    ['PK\u0003\u0004\0\0', 'binary', '.ipynb'],
    ['hello', 'not valid JSON at line 1, column 1', 'Save the notebook again'],
    ['{\n "cells": [,]\n}', 'not valid JSON at line 2, column 12', 'Save the notebook again'],
    ['{"cells": [', 'cut short', 'restore it'],
    ['{} {}', 'not valid JSON at line 1, column 4', 'Save the notebook again'],
    ['[]', 'not a notebook: its top level', '.ipynb'],
    ['"text"', 'not a notebook: its top level', '.ipynb'],
    ['{}', 'no notebook format version', '.ipynb'],
    ['{"nbformat": "4", "cells": []}', 'no notebook format version', '.ipynb'],
    ['{"nbformat": 4}', 'no list of cells', '.ipynb'],
    ['{"nbformat": 4, "cells": {}}', 'no list of cells', '.ipynb'],
    ['{"nbformat": 4, "cells": [], "metadata": 3}', 'metadata is not an object', '.ipynb'],
  ])('%j: %s', (text, message, action) => {
    const error = errorOf(text);
    expect(error.code).toBe('notebook.unreadable');
    expect(error.message).toContain(message);
    expect(error.action).toContain(action);
  });

  it('sees conflict markers inside outputs, which are not read otherwise', () => {
    const text = notebookText([codeCell('x', { outputs: [{ data: 1 }] })]);
    const broken = text.replace('"data": 1', '"data":\n<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> b\n');
    expect(errorOf(broken).message).toContain('conflict markers');
  });

  it('names the file', () => {
    expect(errorOf('', 'sub/运行 "x".ipynb').message).toMatch(/^"运行 \\"x\\".ipynb" is not a notebook/);
  });

  it.each([
    [1, 'nbconvert --to notebook --nbformat 4'],
    [3, 'nbconvert --to notebook --nbformat 4'],
    [5, 'newer Slipway'],
  ])('refuses format %d', (nbformat, action) => {
    const error = errorOf(JSON.stringify({ nbformat, worksheets: [], cells: [] }));
    expect(error.code).toBe('notebook.unsupported');
    expect(error.message).toContain(`format ${nbformat}`);
    expect(error.action).toContain(action);
  });

  it.each([
    [[], 'no cells'],
    [[markdownCell('# a')], 'no code cells'],
  ])('refuses a notebook with nothing to run', (cells, message) => {
    const error = errorOf(notebookText(cells));
    expect([error.code, error.message]).toEqual(['notebook.empty', expect.stringContaining(message)]);
  });

  it.each([
    [3, 'it is not an object'],
    [{ source: '' }, 'it has no cell_type'],
    [{ cell_type: 'heading', source: '' }, 'its cell_type is "heading"'],
    [{ cell_type: 'code' }, 'it has no source'],
    [{ cell_type: 'code', source: 3 }, 'its source is neither'],
    [{ cell_type: 'code', source: ['a', 3] }, 'its source is neither'],
    [{ cell_type: 'code', source: '', metadata: [] }, 'its metadata is not an object'],
    [{ cell_type: 'code', source: '', metadata: { tags: 'parameters' } }, 'its tags are not'],
    [{ cell_type: 'code', source: '', metadata: { tags: [1] } }, 'its tags are not'],
  ])('names the broken cell: %j', (cell, reason) => {
    const error = errorOf(JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [...oneCell, cell] }));
    expect(error.code).toBe('notebook.unreadable');
    expect(error.message).toContain('Cell 2 of');
    expect(error.message).toContain(reason);
  });

  it('never throws anything but a SlipwayError', () => {
    const any = fc.oneof(fc.string({ unit: 'binary' }), fc.json());
    const almost = fc
      .record(
        {
          nbformat: fc.oneof(fc.constant(4), fc.jsonValue()),
          nbformat_minor: fc.jsonValue(),
          metadata: fc.oneof(fc.jsonValue(), fc.record({ kernelspec: fc.jsonValue(), language_info: fc.jsonValue() })),
          cells: fc.oneof(
            fc.jsonValue(),
            fc.array(
              fc.record(
                {
                  cell_type: fc.oneof(fc.constantFrom('code', 'markdown', 'raw'), fc.jsonValue()),
                  id: fc.oneof(fc.constantFrom('a', 'b', ''), fc.jsonValue()),
                  source: fc.oneof(fc.string(), fc.array(fc.string()), fc.jsonValue()),
                  metadata: fc.oneof(fc.constant({}), fc.record({ tags: fc.jsonValue() }), fc.jsonValue()),
                  outputs: fc.jsonValue(),
                },
                { requiredKeys: ['cell_type', 'source'] },
              ),
            ),
          ),
        },
        { requiredKeys: ['nbformat', 'cells'] },
      )
      .map((value) => JSON.stringify(value));
    fc.assert(
      fc.property(fc.oneof(any, almost), (text) => {
        try {
          const { cells, text: staged } = readNotebook(text, () => 'same');
          const ids = cells.map((cell) => cell.id);
          expect(new Set(ids).size).toBe(ids.length);
          expect(ids.every((id) => /^[a-zA-Z0-9_-]{1,64}$/.test(id))).toBe(true);
          expect(JSON.parse(staged)).toMatchObject({ nbformat: 4, cells: ids.map((id) => ({ id })) });
        } catch (error) {
          expect(error).toBeInstanceOf(SlipwayError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('what is staged', () => {
  it('has no outputs and no counts, and is otherwise the text as it was', () => {
    const text = notebookText([
      markdownCell('![a](attachment:a.png)', { id: 'm', attachments: { 'a.png': { 'image/png': 'AAAA' } } }),
      codeCell(['import os\n', 'x = 1'], {
        id: 'c',
        execution_count: 7,
        outputs: [{ output_type: 'stream', text: 'é' }],
      }),
    ]);
    const expected = notebookText([
      markdownCell('![a](attachment:a.png)', { id: 'm', attachments: { 'a.png': { 'image/png': 'AAAA' } } }),
      codeCell(['import os\n', 'x = 1'], { id: 'c' }),
    ]);
    expect(readNotebook(text, countingIds()).text).toBe(expected);
  });

  it('keeps what JSON.parse would change: huge numbers, key order, doubles, NaN, escapes', () => {
    const odd = '"odd": {"10": 1, "2": 12345678901234567890, "f": 1.0, "n": NaN, "e": "\\u00e9", "2": 0}';
    const cell =
      '{"cell_type": "code", "id": "a", "metadata": {}, "source": "1", "outputs": [], "execution_count": null}';
    const text = `{${odd}, "cells": [${cell}], "metadata": {${odd}}, "nbformat": 4, "nbformat_minor": 5}`;
    expect(readNotebook(text, countingIds()).text).toBe(text);
  });

  it('adds ids and raises the format where ids are missing, in the style of the text', () => {
    const text = notebookText([{ cell_type: 'code', metadata: {}, outputs: [], execution_count: null, source: '1' }], {
      nbformat_minor: 2,
    });
    const staged = readNotebook(text, countingIds()).text;
    expect(staged).toBe(
      text
        .replace('"nbformat_minor": 2', '"nbformat_minor": 5')
        .replace('{\n   "cell_type"', '{\n   "id": "new-1",\n   "cell_type"'),
    );
  });

  it.each([
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    [
      ['a', 'a', 'a'],
      ['a', 'new-1', 'new-2'],
    ],
    [
      [undefined, 'new-1'],
      ['new-2', 'new-1'],
    ],
    [
      ['', 'b c', 'x'.repeat(65)],
      ['new-1', 'new-2', 'new-3'],
    ],
    [
      [3, null, 'ok_-9'],
      ['new-1', 'new-2', 'ok_-9'],
    ],
  ])('repairs ids %j', (written, expected) => {
    const cells = written.map((id) => codeCell('1', id === undefined ? {} : { id }));
    const { cells: read, text } = readNotebook(notebookText(cells), countingIds());
    expect(read.map((cell) => cell.id)).toEqual(expected);
    expect(JSON.parse(text)).toMatchObject({ cells: expected.map((id) => ({ id })) });
  });

  it('gives the same text for the same notebook', () => {
    const text = notebookText([codeCell('1'), markdownCell('b'), codeCell('2', { id: 'x' })]);
    expect(readNotebook(text, countingIds()).text).toBe(readNotebook(text, countingIds()).text);
  });

  it('reads its own result again without a change', () => {
    const first = readNotebook(notebookText([codeCell('1'), codeCell('2', { outputs: [1], id: 'a' })]), countingIds());
    const noIdWanted = (): string => {
      throw new Error('an id was asked for');
    };
    expect(readNotebook(first.text, noIdWanted)).toEqual(first);
  });

  it('adds what papermill takes for granted', () => {
    const text = '{"cells":[{"cell_type":"code","source":"1"}],"nbformat":4}';
    expect(JSON.parse(readNotebook(text, countingIds()).text)).toEqual({
      nbformat: 4,
      nbformat_minor: 5,
      metadata: {},
      cells: [{ cell_type: 'code', source: '1', id: 'new-1', metadata: {}, outputs: [], execution_count: null }],
    });
  });

  it('takes a notebook with 200 MB of outputs', () => {
    const image = '"image/png": "'.concat('A'.repeat(200_000_000), '"');
    const cell = `{"cell_type":"code","id":"a","metadata":{},"source":"1","execution_count":1,"outputs":[{"data":{${image}}}]}`;
    const { text, cells } = readNotebook(
      `{"cells":[${cell}],"metadata":{},"nbformat":4,"nbformat_minor":5}`,
      countingIds(),
    );
    expect(text.length).toBeLessThan(300);
    expect(cells).toHaveLength(1);
  });

  it('tolerates a byte order mark', () => {
    expect(readNotebook(`\uFEFF${notebookText(oneCell)}`, countingIds()).text).toBe(notebookText(oneCell));
  });
});

describe('what is read', () => {
  it('joins lines, and tells cells by index, kind and tags', () => {
    const { cells, codeCells } = readNotebook(
      notebookText([
        markdownCell('# Title\ntext', { id: 'm' }),
        codeCell(['a = 1\n', 'b = 2'], { id: 'c', metadata: { tags: ['parameters', 'x'] } }),
        { cell_type: 'raw', id: 'r', metadata: {}, source: '' },
      ]),
      countingIds(),
    );
    expect(codeCells).toBe(1);
    expect(cells).toEqual([
      { id: 'm', index: 0, kind: 'markdown', source: '# Title\ntext', tags: [], label: '# Title' },
      { id: 'c', index: 1, kind: 'code', source: 'a = 1\nb = 2', tags: ['parameters', 'x'], label: 'a = 1' },
      { id: 'r', index: 2, kind: 'raw', source: '', tags: [], label: '' },
    ]);
  });

  it.each([
    ['\n\n# only a comment\n\nx = 1\n', 'x = 1'],
    ['# only\n# comments', '# only'],
    ['', ''],
    ['  %%time  \nx', '%%time'],
    ['a\u001b[31m\tb\u202ec', 'a [31m b c'],
    ['x'.repeat(200), `${'x'.repeat(79)}…`],
    ['😀'.repeat(200), `${'😀'.repeat(79)}…`],
    ['\r\nx\r\n', 'x'],
  ])('labels a cell %j', (source, label) => {
    expect(readNotebook(notebookText([codeCell(source)]), countingIds()).cells[0]?.label).toBe(label);
  });

  it.each([
    [{ kernelspec: { name: 'ir', language: 'R' } }, { kernel: 'ir', language: 'R' }],
    [
      { kernelspec: { name: 'x' }, language_info: { name: 'julia' } },
      { kernel: 'x', language: 'julia' },
    ],
    [{ kernelspec: { name: '' } }, {}],
    [{ kernelspec: { name: 3 }, language_info: [] }, {}],
    [{}, {}],
  ])('takes kernel and language from %j', (metadata, expected) => {
    const { kernel, language } = readNotebook(notebookText(oneCell, { metadata }), countingIds());
    expect({ kernel, language }).toEqual({ kernel: undefined, language: undefined, ...expected });
  });

  it.each([
    ['a/b/分析.ipynb', '分析'],
    ['x.IPYNB', 'x'],
    ['noending', 'noending'],
  ])('is named after %s', (path, name) => {
    expect(readNotebook(notebookText(oneCell), countingIds(), path).name).toBe(name);
  });
});
