import * as vscode from 'vscode';
import type { CoreConnection } from '@slipway/shared/client';
import { SlipwayError, type Folder, type JobSpec, type Submission } from '@slipway/shared/protocol';
import { notebookText } from './editorNotebook.ts';
import { jobOfFile } from './jobOfFile.ts';
import type { WorkspaceFiles } from './workspaceFiles.ts';

export interface SubmissionSources {
  readonly core: Pick<CoreConnection, 'request'>;
  readonly files: WorkspaceFiles;
  /** The Python that the user set, or empty. */
  readonly python: () => string;
}

/**
 * What would run for a file: a notebook from memory, whatever is on the disk; a script from the disk, saved before.
 * @throws SlipwayError where there is nothing that could run
 */
export async function submissionOf(
  uri: vscode.Uri,
  context: string,
  { core, files, python }: SubmissionSources,
  signal: AbortSignal,
): Promise<Submission> {
  const notebook = await openNotebook(uri);
  if (notebook === undefined) await save(uri);
  const folderUri = folderOf(uri);
  const beside = await jobBeside(folderUri, core, signal);
  const spec = jobOfFile(nameOf(uri), beside, context === 'local' ? python() : '');
  const folder: Folder =
    folderUri.scheme === 'file'
      ? { kind: 'disk', path: folderUri.fsPath }
      : { kind: 'host', id: files.grant(folderUri), label: vscode.workspace.asRelativePath(folderUri, true) };
  if (notebook === undefined) return { context, folder, spec };
  return { context, folder, spec, notebookText: await notebookText(notebook), unsaved: notebook.isDirty };
}

function nameOf(uri: vscode.Uri): string {
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  return uri.scheme === 'untitled' && !name.endsWith('.ipynb') ? `${name}.ipynb` : name;
}

async function openNotebook(uri: vscode.Uri): Promise<vscode.NotebookDocument | undefined> {
  const isOpen = vscode.workspace.notebookDocuments.find((document) => document.uri.toString() === uri.toString());
  if (isOpen !== undefined) return isOpen;
  return uri.path.endsWith('.ipynb') ? vscode.workspace.openNotebookDocument(uri) : undefined;
}

async function save(uri: vscode.Uri): Promise<void> {
  if (!uri.path.endsWith('.py')) {
    throw new SlipwayError('usage', 'Only notebooks and Python scripts can be run.', {
      action: 'Open a .ipynb or .py file and run it from there.',
    });
  }
  const document = vscode.workspace.textDocuments.find((each) => each.uri.toString() === uri.toString());
  if (document?.isDirty === true && !(await document.save())) {
    throw new SlipwayError('usage', 'The script is not saved, and a run takes it from the disk.', {
      action: 'Save it and run it again.',
    });
  }
}

/** A notebook that was never saved has the workspace's folder beside it. */
function folderOf(uri: vscode.Uri): vscode.Uri {
  if (uri.scheme !== 'untitled') return vscode.Uri.joinPath(uri, '..');
  const [first] = vscode.workspace.workspaceFolders ?? [];
  if (first !== undefined) return first.uri;
  throw new SlipwayError('usage', 'The notebook was never saved and no folder is open, so it has no files beside it.', {
    action: 'Save it and run it again.',
  });
}

async function jobBeside(
  folder: vscode.Uri,
  core: Pick<CoreConnection, 'request'>,
  signal: AbortSignal,
): Promise<JobSpec | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, 'slipway.yaml'));
  } catch (error) {
    if (error instanceof vscode.FileSystemError) return undefined;
    throw error;
  }
  const { spec, problems } = await core.request('jobs/validate', { text: new TextDecoder().decode(bytes) }, signal);
  const [problem] = problems;
  if (spec !== undefined || problem === undefined) return spec;
  throw new SlipwayError('spec.invalid', `slipway.yaml beside the file is not valid: ${problem.message}`, {
    action: 'Correct slipway.yaml and run it again.',
  });
}
