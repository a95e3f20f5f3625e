import * as vscode from 'vscode';

/**
 * The workspace's file for a path as a run's tools wrote it: relative to the job's folder, or absolute below a run's
 * folder. The longest end of it that a folder has is the file.
 * @param folders where to look, the notebook's own folder first
 */
export async function workspaceFile(path: string, folders: readonly vscode.Uri[]): Promise<vscode.Uri | undefined> {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
  for (let start = 0; start < parts.length; start += 1) {
    for (const folder of folders) {
      const uri = vscode.Uri.joinPath(folder, ...parts.slice(start));
      if (await isFile(uri)) return uri;
    }
  }
  return undefined;
}

async function isFile(uri: vscode.Uri): Promise<boolean> {
  try {
    return ((await vscode.workspace.fs.stat(uri)).type & vscode.FileType.File) !== 0;
  } catch (error) {
    if (error instanceof vscode.FileSystemError) return false;
    throw error;
  }
}
