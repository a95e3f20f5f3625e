/** Marks a source as the cell with the parameters. */
const parametersMark = '# parameters\n';

/** The source of the cell that papermill puts parameters after. */
export function parametersCell(source: string): string {
  return `${parametersMark}${source}`;
}

/** A notebook with these code cells, as JupyterLab saves it. */
export function notebookOf(...sources: readonly string[]): string {
  return JSON.stringify({
    cells: sources.map((source, index) => ({
      cell_type: 'code',
      id: `cell-${index + 1}`,
      metadata: source.startsWith(parametersMark) ? { tags: ['parameters'] } : {},
      execution_count: null,
      outputs: [],
      source,
    })),
    metadata: {
      kernelspec: { name: 'python3', display_name: 'Python 3 (ipykernel)', language: 'python' },
      language_info: { name: 'python' },
    },
    nbformat: 4,
    nbformat_minor: 5,
  });
}
