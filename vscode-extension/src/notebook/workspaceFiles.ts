import * as vscode from 'vscode';
import type { HostFiles } from '@slipway/shared/client';
import { SlipwayError } from '@slipway/shared/protocol';

/**
 * Folders that are on no disk of this machine: virtual ones, and remote ones where the extension runs beside the screen. A
 * folder's id is its URI; only those that a submission has named are answered for.
 */
export class WorkspaceFiles {
  readonly #granted = new Set<string>();
  #last: { readonly uri: string; readonly bytes: Uint8Array } | undefined;

  /** Lets the core read below a folder, as long as this window is there. */
  grant(folder: vscode.Uri): string {
    const id = folder.toString();
    this.#granted.add(id);
    return id;
  }

  readonly answers: HostFiles = {
    'files/list': async ({ folder, path }) => {
      const uri = this.#at(folder, path);
      const entries = await readable(path, () => vscode.workspace.fs.readDirectory(uri));
      return {
        entries: await Promise.all(
          entries.map(async ([name, type]) => {
            const kind = kindOf(type);
            const bytes = kind === 'file' ? (await vscode.workspace.fs.stat(vscode.Uri.joinPath(uri, name))).size : 0;
            return { name, kind, bytes };
          }),
        ),
      };
    },
    'files/stat': async ({ folder, path }) => {
      try {
        const { type, size } = await vscode.workspace.fs.stat(this.#at(folder, path));
        return { kind: kindOf(type), bytes: size };
      } catch (error) {
        if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound')
          return { kind: 'missing', bytes: 0 };
        throw unreadable(path, error);
      }
    },
    'files/read': async ({ folder, path, offset, length }) => {
      const uri = this.#at(folder, path);
      const bytes = await readable(path, () => this.#bytes(uri));
      if (offset + length >= bytes.length) this.#last = undefined;
      return { data: Buffer.from(bytes.subarray(offset, offset + length)).toString('base64') };
    },
  };

  /** VS Code reads files whole; the last one is kept while it is asked for in pieces. */
  async #bytes(uri: vscode.Uri): Promise<Uint8Array> {
    const name = uri.toString();
    if (this.#last?.uri !== name) this.#last = { uri: name, bytes: await vscode.workspace.fs.readFile(uri) };
    return this.#last.bytes;
  }

  #at(folder: string, path: string): vscode.Uri {
    const parts = path.split('/');
    if (!this.#granted.has(folder) || parts.includes('..')) {
      throw new SlipwayError('files.refused', `${JSON.stringify(path)} is in no folder that a run was started from.`);
    }
    return path === '' ? vscode.Uri.parse(folder) : vscode.Uri.joinPath(vscode.Uri.parse(folder), ...parts);
  }
}

async function readable<Value>(path: string, read: () => PromiseLike<Value>): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, cause: unknown): SlipwayError {
  return SlipwayError.is(cause)
    ? cause
    : new SlipwayError('files.refused', `${JSON.stringify(path)} cannot be read through VS Code.`, { cause });
}

function kindOf(type: vscode.FileType): 'file' | 'folder' | 'link' | 'other' {
  if ((type & vscode.FileType.SymbolicLink) !== 0) return 'link';
  if ((type & vscode.FileType.Directory) !== 0) return 'folder';
  return (type & vscode.FileType.File) !== 0 ? 'file' : 'other';
}
