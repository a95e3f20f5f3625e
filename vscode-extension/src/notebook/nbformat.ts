/** A notebook as an editor holds it, without anything of the editor in it. */
export interface NotebookContent {
  readonly cells: readonly NotebookCell[];
  /** The notebook's own metadata: `kernelspec` and its kin. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly nbformat: number;
  readonly nbformatMinor: number;
}

export interface NotebookCell {
  readonly kind: 'code' | 'markdown' | 'raw';
  readonly source: string;
  readonly id: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/**
 * The notebook as nbformat's JSON, without what does not travel: outputs and execution counts (size, secrets). Ids only
 * where its format has them.
 */
export function notebookJson(content: NotebookContent): string {
  const { nbformat, nbformatMinor } = content;
  const hasIds = nbformat > 4 || (nbformat === 4 && nbformatMinor >= 5);
  const cells = content.cells.map((cell, index) => ({
    cell_type: cell.kind,
    ...(hasIds && { id: cell.id ?? `cell-${index}` }),
    metadata: cell.metadata,
    source: sourceLines(cell.source),
    ...(cell.kind === 'code' && { execution_count: null, outputs: [] }),
  }));
  return `${JSON.stringify({ cells, metadata: content.metadata, nbformat, nbformat_minor: nbformatMinor }, null, 1)}\n`;
}

/** nbformat keeps a source as its lines, each with its line end. */
function sourceLines(source: string): string[] {
  return source === '' ? [] : source.split(/(?<=\n)/);
}

/** A notebook's JSON text without outputs and execution counts, for text that another program wrote. @throws SyntaxError */
export function withoutOutputs(text: string): string {
  const notebook: unknown = JSON.parse(text);
  if (!isRecord(notebook) || !Array.isArray(notebook.cells)) throw new SyntaxError('The notebook has no cells.');
  const cells = notebook.cells.map((cell: unknown) =>
    isRecord(cell) && cell.cell_type === 'code' ? { ...cell, outputs: [], execution_count: null } : cell,
  );
  return `${JSON.stringify({ ...notebook, cells }, null, 1)}\n`;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
