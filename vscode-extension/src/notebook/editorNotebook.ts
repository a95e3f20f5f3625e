import * as vscode from 'vscode';
import { isRecord, notebookJson, type NotebookCell, withoutOutputs } from './nbformat.ts';

/**
 * The notebook's text as the editor shows it now. Written by the editor's own serializer where that lends itself, which
 * knows every corner of the format, else by ours.
 */
export async function notebookText(document: vscode.NotebookDocument): Promise<string> {
  return (await exportedText(document)) ?? ownText(document);
}

/** As VS Code's own notebook extension writes it; undefined where it offers nothing of that kind. */
export async function exportedText(document: vscode.NotebookDocument): Promise<string | undefined> {
  const serializer = vscode.extensions.getExtension<unknown>('vscode.ipynb');
  if (serializer === undefined) return undefined;
  const api: unknown = await serializer.activate();
  if (!isExporter(api)) return undefined;
  const cells = document.getCells().map((cell) => {
    const data = new vscode.NotebookCellData(cell.kind, cell.document.getText(), cell.document.languageId);
    data.metadata = { ...cell.metadata };
    return data;
  });
  const notebook = new vscode.NotebookData(cells);
  notebook.metadata = { ...document.metadata };
  const text = await api.exportNotebook(notebook);
  return typeof text === 'string' ? withoutOutputs(text) : undefined;
}

/** What VS Code's own extension offers, which is written down nowhere. */
interface Exporter {
  exportNotebook(notebook: vscode.NotebookData): unknown;
}

function isExporter(api: unknown): api is Exporter {
  return isRecord(api) && typeof api.exportNotebook === 'function';
}

/** As our own writer has it. */
export function ownText(document: vscode.NotebookDocument): string {
  const metadata: Readonly<Record<string, unknown>> = document.metadata;
  return notebookJson({
    cells: document.getCells().map(ownCell),
    metadata: isRecord(metadata.metadata) ? metadata.metadata : {},
    nbformat: typeof metadata.nbformat === 'number' ? metadata.nbformat : 4,
    nbformatMinor: typeof metadata.nbformat_minor === 'number' ? metadata.nbformat_minor : 5,
  });
}

function ownCell(cell: vscode.NotebookCell): NotebookCell {
  const metadata: Readonly<Record<string, unknown>> = cell.metadata;
  const isRaw = cell.document.languageId === 'raw';
  return {
    kind: cell.kind === vscode.NotebookCellKind.Code ? (isRaw ? 'raw' : 'code') : 'markdown',
    source: cell.document.getText().replaceAll('\r\n', '\n'),
    id: typeof metadata.id === 'string' ? metadata.id : undefined,
    metadata: isRecord(metadata.metadata) ? metadata.metadata : {},
  };
}
