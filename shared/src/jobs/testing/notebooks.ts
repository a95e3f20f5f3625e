/** Notebooks for tests, as JSON text. */
export interface TestCell {
  readonly cell_type?: string;
  readonly source?: unknown;
  readonly [key: string]: unknown;
}

export function codeCell(source: string | readonly string[], more: TestCell = {}): TestCell {
  return { cell_type: 'code', metadata: {}, execution_count: null, outputs: [], source, ...more };
}

export function markdownCell(source: string, more: TestCell = {}): TestCell {
  return { cell_type: 'markdown', metadata: {}, source, ...more };
}

export function parametersCellOf(source: string): TestCell {
  return codeCell(source, { id: 'params', metadata: { tags: ['parameters'] } });
}

/** The text of a notebook with these cells; members of `more` are added or take the place of the usual ones. */
export function notebookText(cells: readonly TestCell[], more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify(
    {
      cells,
      metadata: { kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' } },
      nbformat: 4,
      nbformat_minor: 5,
      ...more,
    },
    undefined,
    1,
  );
}

/** Ids `new-1`, `new-2`, … */
export function countingIds(): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `new-${count}`;
  };
}
