import type { CoreConnection, RunStore } from '@slipway/shared/client';
import { SlipwayError, type Run } from '@slipway/shared/protocol';
import * as vscode from 'vscode';
import type { RunReference } from '../runs/runReference.ts';

export const artifactScheme = 'slipway-artifact';
const pieceBytes = 1_048_576;
/** More than this is not for an editor. */
const mostBytes = 256 * 1_048_576;

/** A run's file as an address that editors open: `slipway-artifact://CONTEXT/RUN/PATH`. */
export function artifactUri({ context, run }: RunReference, path: string): vscode.Uri {
  return vscode.Uri.from({ scheme: artifactScheme, authority: context, path: `/${run}/${path}` });
}

/** The files of runs, read-only, read through the core. While a run goes on, editors are told when it has news. */
export class ArtifactFiles implements vscode.FileSystemProvider, vscode.Disposable {
  readonly #core: Pick<CoreConnection, 'request'>;
  readonly #changes = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly #watched = new Map<string, { uri: vscode.Uri; finished: string }>();
  readonly #versions = new Map<string, number>();
  readonly #subscription: { dispose(): void };
  readonly #ending = new AbortController();

  constructor(core: Pick<CoreConnection, 'request'>, store: RunStore) {
    this.#core = core;
    this.#subscription = store.onChange(() => this.#look(store));
  }

  get onDidChangeFile(): vscode.Event<vscode.FileChangeEvent[]> {
    return this.#changes.event;
  }

  watch(uri: vscode.Uri): vscode.Disposable {
    const key = uri.toString();
    this.#watched.set(key, { uri, finished: '' });
    return new vscode.Disposable(() => this.#watched.delete(key));
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { bytes } = await this.#piece(uri, 0, 1);
    const version = this.#versions.get(uri.toString()) ?? 0;
    return {
      type: vscode.FileType.File,
      ctime: 0,
      mtime: version,
      size: bytes,
      permissions: vscode.FilePermission.Readonly,
    };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const parts: Buffer[] = [];
    let at = 0;
    for (;;) {
      const { data, bytes } = await this.#piece(uri, at, pieceBytes);
      if (bytes > mostBytes) throw vscode.FileSystemError.Unavailable(`${uri.path} is too large for an editor.`);
      const part = Buffer.from(data, 'base64');
      parts.push(part);
      at += part.length;
      if (part.length < pieceBytes || at >= bytes) return Buffer.concat(parts);
    }
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  dispose(): void {
    this.#ending.abort(new SlipwayError('cancelled', 'The window is closing.'));
    this.#subscription.dispose();
    this.#changes.dispose();
  }

  async #piece(uri: vscode.Uri, offset: number, length: number): Promise<{ data: string; bytes: number }> {
    const [, run = '', ...path] = uri.path.split('/');
    const asked = { context: uri.authority, run, path: path.join('/'), offset, length };
    try {
      return await this.#core.request('artifacts/read', asked, this.#ending.signal);
    } catch (error) {
      if (SlipwayError.is(error, 'artifact.notFound') || SlipwayError.is(error, 'run.notFound'))
        throw vscode.FileSystemError.FileNotFound(uri);
      throw error;
    }
  }

  /** papermill writes the notebook after every cell. */
  #look(store: RunStore): void {
    for (const [key, watched] of this.#watched) {
      const run = store.get(watched.uri.authority, watched.uri.path.split('/')[1] ?? '');
      if (run === undefined) continue;
      const finished = progressOf(run);
      if (finished === watched.finished) continue;
      watched.finished = finished;
      this.#versions.set(key, (this.#versions.get(key) ?? 0) + 1);
      this.#changes.fire([{ type: vscode.FileChangeType.Changed, uri: watched.uri }]);
    }
  }
}

function progressOf(run: Run): string {
  return `${run.state} ${run.cells?.finished ?? 0}`;
}
