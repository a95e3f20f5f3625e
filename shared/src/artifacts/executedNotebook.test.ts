import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlipwayError } from '../protocol/index.ts';
import { readExecutedNotebook } from './executedNotebook.ts';

const fixture = (name: string): string => readFileSync(join(import.meta.dirname, '__fixtures__', name), 'utf8');

describe('readExecutedNotebook', () => {
  it('tells cells, status, errors and what papermill put in', () => {
    const { cells, exception } = readExecutedNotebook(fixture('keyError.ipynb'));
    expect(exception).toBe(true);
    expect(cells.map(({ kind, status, inserted }) => [kind, status, inserted])).toEqual([
      ['markdown', 'unknown', 'errorMarker'],
      ['markdown', 'completed', undefined],
      ['code', 'completed', undefined],
      ['code', 'completed', 'parameters'],
      ['code', 'completed', undefined],
      ['markdown', 'completed', undefined],
      ['markdown', 'unknown', 'errorMarker'],
      ['code', 'failed', undefined],
      ['code', 'pending', undefined],
    ]);
    const failed = cells[7];
    expect(failed?.source).toBe("obsm = {'X_pca': 1}\nembedding = obsm['pca']");
    expect(failed?.error).toMatchObject({ name: 'KeyError', value: "'pca'" });
    expect(failed?.error?.traceback.join('\n')).not.toContain('\u001b');
    expect(failed?.executionCount).toBe(4);
  });

  it('summarises outputs without keeping them', () => {
    const cell = {
      cell_type: 'code',
      id: 'a',
      metadata: {},
      source: ['x\n', 'y'],
      outputs: [
        { output_type: 'stream', name: 'stdout', text: ['ab\n', 'é'] },
        { output_type: 'display_data', data: { 'image/png': 'QUJD', 'text/plain': ['<Figure>'] } },
        { output_type: 'execute_result', data: { 'application/json': { deep: [{ er: 'xyz' }] } } },
      ],
    };
    const notebook = readExecutedNotebook(JSON.stringify({ nbformat: 4, cells: [cell] }));
    expect(notebook.cells[0]).toEqual({
      id: 'a',
      kind: 'code',
      source: 'x\ny',
      status: 'unknown',
      exception: false,
      inserted: undefined,
      executionCount: undefined,
      error: undefined,
      outputs: [
        { type: 'stream', bytes: 5, mediaTypes: [] },
        { type: 'display_data', bytes: 12, mediaTypes: ['image/png', 'text/plain'] },
        { type: 'execute_result', bytes: 3, mediaTypes: ['application/json'] },
      ],
    });
  });

  it.each([
    '',
    'null',
    '[]',
    '{"worksheets": []}',
    '{"cells": {}}',
    fixture('keyError.ipynb').slice(0, 900),
    'version https://git-lfs.github.com/spec/v1',
  ])('refuses what is no notebook: %.40j', (text) => {
    expect(() => readExecutedNotebook(text)).toThrow(expect.objectContaining({ code: 'artifact.unreadable' }));
  });

  it('takes JSON nested deeper than the call stack goes', () => {
    const deep = `${'['.repeat(200_000)}"x"${']'.repeat(200_000)}`;
    const text = `{"cells":[{"cell_type":"code","outputs":[{"output_type":"display_data","data":{"a/b":${deep}}}]}]}`;
    expect(readExecutedNotebook(text).cells[0]?.outputs[0]?.bytes).toBe(1);
  });

  it('reads any text and any JSON in place of a notebook, or says that it cannot', () => {
    const junk = fc.oneof(
      fc.string(),
      fc.json(),
      fc.record({ cells: fc.array(fc.jsonValue()), metadata: fc.jsonValue() }).map((value) => JSON.stringify(value)),
      fc
        .array(
          fc.record(
            {
              id: fc.jsonValue(),
              cell_type: fc.oneof(fc.constant('code'), fc.jsonValue()),
              source: fc.oneof(fc.array(fc.jsonValue()), fc.string()),
              metadata: fc.oneof(fc.jsonValue(), fc.record({ tags: fc.jsonValue(), papermill: fc.jsonValue() })),
              outputs: fc.array(
                fc.oneof(fc.jsonValue(), fc.record({ output_type: fc.constant('error'), traceback: fc.jsonValue() })),
              ),
            },
            { requiredKeys: [] },
          ),
        )
        .map((cells) => JSON.stringify({ cells })),
    );
    fc.assert(
      fc.property(junk, (text) => {
        try {
          const { cells } = readExecutedNotebook(text);
          for (const cell of cells) expect(typeof cell.source).toBe('string');
        } catch (error) {
          expect(SlipwayError.is(error, 'artifact.unreadable')).toBe(true);
        }
      }),
    );
  });
});
