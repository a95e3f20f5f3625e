import type { FailedCell, Run } from '@slipway/shared/protocol';
import { findCell } from '@slipway/shared/views';
import * as vscode from 'vscode';
import type { HostWords } from '../words/index.ts';

/** Shows the cell that failed in the user's own notebook, and marks it until the next run of that notebook. */
export class FailedCells implements vscode.Disposable {
  readonly #marks = vscode.languages.createDiagnosticCollection('slipway');
  readonly #words: HostWords;
  /** Where runs of this window came from: a run names a path of the submitter, which may be on another machine. */
  readonly #origins = new Map<string, vscode.Uri>();

  constructor(words: HostWords) {
    this.#words = words;
  }

  /** Remembers the file that a run was started for, and forgets what an earlier run marked in it. */
  started(run: Run, uri: vscode.Uri): void {
    this.#origins.set(`${run.context}/${run.name}`, uri);
    const notebook = documentOf(uri);
    for (const cell of notebook?.getCells() ?? []) this.#marks.delete(cell.document.uri);
  }

  /** @returns why it cannot be shown, in words; undefined when it is shown */
  async open(run: Run, failed: FailedCell | null | undefined): Promise<string | undefined> {
    if (failed === undefined || failed === null) return this.#words.noFailedCell;
    if (failed.number === 0) return this.#words.insertedCell;
    const uri = this.#origins.get(`${run.context}/${run.name}`) ?? uriOf(run);
    if (uri === undefined) return this.#words.notebookElsewhere;
    let notebook: vscode.NotebookDocument;
    try {
      notebook = await vscode.workspace.openNotebookDocument(uri);
    } catch {
      return this.#words.notebookElsewhere;
    }
    const cells = notebook.getCells().map((cell) => {
      const metadata: Readonly<Record<string, unknown>> = cell.metadata;
      return { id: typeof metadata.id === 'string' ? metadata.id : undefined, source: cell.document.getText() };
    });
    const index = findCell(cells, failed);
    if (index === undefined) return this.#words.cellGone;
    await this.#show(notebook, index, failed);
    return undefined;
  }

  dispose(): void {
    this.#marks.dispose();
  }

  async #show(notebook: vscode.NotebookDocument, index: number, failed: FailedCell): Promise<void> {
    const range = new vscode.NotebookRange(index, index + 1);
    const editor = await vscode.window.showNotebookDocument(notebook, { selections: [range] });
    editor.revealRange(range, vscode.NotebookEditorRevealType.InCenter);
    const { document } = notebook.cellAt(index);
    const line = document.lineAt(Math.min(document.lineCount, failed.line ?? 1) - 1).range;
    const mark = new vscode.Diagnostic(
      line,
      `${failed.errorName}: ${failed.errorValue}`,
      vscode.DiagnosticSeverity.Error,
    );
    mark.source = 'Slipway';
    this.#marks.set(document.uri, [mark]);
    // A cell may be longer than the window is high, and the editor of notebooks shows cells, not their lines.
    await vscode.commands.executeCommand('vscode.open', document.uri, { selection: line, preview: false });
  }
}

function documentOf(uri: vscode.Uri): vscode.NotebookDocument | undefined {
  return vscode.workspace.notebookDocuments.find((document) => document.uri.toString() === uri.toString());
}

/** An open notebook with that path, else the file on the disk. */
function uriOf({ source }: Run): vscode.Uri | undefined {
  if (source?.path.endsWith('.ipynb') !== true) return undefined;
  const open = vscode.workspace.notebookDocuments.find(
    ({ uri }) => uri.scheme === 'file' && uri.fsPath === source.path,
  );
  return open?.uri ?? (source.path.startsWith('/') ? vscode.Uri.file(source.path) : undefined);
}
