import * as vscode from 'vscode';

/** So many notebooks of a large workspace are told of. */
const mostFound = 200;
const copies = '**/{.ipynb_checkpoints,node_modules,.venv}/**';

/** The file that a command is about: the one it was given, else the one in front. */
export function fileInFront(given: unknown): vscode.Uri | undefined {
  if (given instanceof vscode.Uri) return given;
  // The notebook's toolbar names its editor by its notebook.
  if (typeof given === 'object' && given !== null && 'notebookEditor' in given) {
    const { notebookEditor } = given;
    if (typeof notebookEditor === 'object' && notebookEditor !== null && 'notebookUri' in notebookEditor) {
      const { notebookUri } = notebookEditor;
      if (notebookUri instanceof vscode.Uri) return notebookUri;
    }
  }
  return vscode.window.activeNotebookEditor?.notebook.uri ?? vscode.window.activeTextEditor?.document.uri;
}

/** What could run in this window: what is open, then the notebooks of the workspace. */
export async function runnableFiles(): Promise<vscode.Uri[]> {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs.map(({ input }) => input));
  const open = tabs.flatMap((input) =>
    input instanceof vscode.TabInputNotebook || (input instanceof vscode.TabInputText && isScript(input.uri))
      ? [input.uri]
      : [],
  );
  const found = await vscode.workspace.findFiles('**/*.ipynb', copies, mostFound);
  found.sort((one, other) => one.path.localeCompare(other.path));
  const inWorkspace = [...open, ...found].filter(({ scheme }) => scheme !== 'slipway-artifact');
  return [...new Map(inWorkspace.map((uri) => [uri.toString(), uri])).values()];
}

function isScript({ path }: vscode.Uri): boolean {
  return path.endsWith('.py');
}
