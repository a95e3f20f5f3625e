import { setTimeout as pause } from 'node:timers/promises';
import type { CoreConnection, RunStore } from '@slipway/shared/client';
import { SlipwayError, terminalStates, type Run } from '@slipway/shared/protocol';
import * as vscode from 'vscode';
import { inertNotebook, type InertNotes } from '../notebook/inertNotebook.ts';
import type { RunReference } from '../runs/runReference.ts';

export const artifactScheme = 'slipway-artifact';
const pieceBytes = 1_048_576;
/** More than this is not for an editor. */
const mostBytes = 256 * 1_048_576;
/** papermill writes over the notebook while it is read: it is read again, so often and after such a pause in milliseconds. */
const mostReads = 5;
const readPauseMs = 200;
/** How often a file that an editor shows is looked at while its run goes on, in milliseconds. */
const lookMs = 3000;

interface Watched {
  readonly uri: vscode.Uri;
  /** How far the run was when editors were told last. */
  finished: string;
  /** Size in bytes as of the last look; undefined before it. */
  bytes: number | undefined;
  looks: boolean;
}

/** A run's file as an address that editors open: `slipway-artifact://CONTEXT/RUN/PATH`. */
export function artifactUri({ context, run }: RunReference, path: string): vscode.Uri {
  return vscode.Uri.from({ scheme: artifactScheme, authority: context, path: `/${run}/${path}` });
}

/**
 * The files of runs, read-only, read through the core. While a run goes on, editors are told when it has news. Notebooks
 * come without what their outputs would run in the editor (docs/decisions/0018-executed-notebooks-are-inert.md).
 */
export class ArtifactFiles implements vscode.FileSystemProvider, vscode.Disposable {
  readonly #core: Pick<CoreConnection, 'request'>;
  readonly #notes: InertNotes;
  readonly #changes = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly #watched = new Map<string, Watched>();
  readonly #versions = new Map<string, number>();
  readonly #store: RunStore;
  readonly #subscription: { dispose(): void };
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #ending = new AbortController();

  /** @param notes stand in a notebook where an output is shown in a plainer form than it has */
  constructor(core: Pick<CoreConnection, 'request'>, store: RunStore, notes: InertNotes) {
    this.#core = core;
    this.#notes = notes;
    this.#store = store;
    this.#subscription = store.onChange(() => this.#followProgress());
    this.#timer = setInterval(() => this.#look(), lookMs);
  }

  get onDidChangeFile(): vscode.Event<vscode.FileChangeEvent[]> {
    return this.#changes.event;
  }

  watch(uri: vscode.Uri): vscode.Disposable {
    const key = uri.toString();
    this.#watched.set(key, { uri, finished: '', bytes: undefined, looks: false });
    return new vscode.Disposable(() => this.#watched.delete(key));
  }

  async exists(uri: vscode.Uri): Promise<boolean> {
    try {
      await this.stat(uri);
      return true;
    } catch (error) {
      if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return false;
      throw error;
    }
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

  /** As editors get it. */
  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    if (!uri.path.endsWith('.ipynb')) return this.readBytes(uri);
    for (let reads = 1; ; reads += 1) {
      const text = new TextDecoder().decode(await this.readBytes(uri));
      try {
        return new TextEncoder().encode(inertNotebook(text, this.#notes));
      } catch (error) {
        if (reads === mostReads)
          throw vscode.FileSystemError.Unavailable(`${uri.path} is no notebook: ${String(error)}`);
        await pause(readPauseMs, undefined, { signal: this.#ending.signal });
      }
    }
  }

  /** Byte for byte as the run has left it. */
  async readBytes(uri: vscode.Uri): Promise<Uint8Array> {
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
    clearInterval(this.#timer);
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

  #followProgress(): void {
    for (const watched of this.#watched.values()) {
      const run = this.#runOf(watched.uri);
      if (run === undefined) continue;
      const finished = progressOf(run);
      if (finished === watched.finished) continue;
      watched.finished = finished;
      this.#changed(watched.uri);
    }
  }

  /** Files grow between the ends of cells too, and are written a while after one. */
  #look(): void {
    for (const watched of this.#watched.values()) {
      const run = this.#runOf(watched.uri);
      if (run !== undefined && !terminalStates.has(run.state) && !watched.looks) void this.#lookAt(watched);
    }
  }

  async #lookAt(watched: Watched): Promise<void> {
    watched.looks = true;
    try {
      const { bytes } = await this.#piece(watched.uri, 0, 1);
      if (watched.bytes !== undefined && watched.bytes !== bytes) this.#changed(watched.uri);
      watched.bytes = bytes;
    } catch {
      // Not there yet, or out of reach: whoever reads it is told why, and the next look may find it.
    } finally {
      watched.looks = false;
    }
  }

  #changed(uri: vscode.Uri): void {
    const key = uri.toString();
    this.#versions.set(key, (this.#versions.get(key) ?? 0) + 1);
    this.#changes.fire([{ type: vscode.FileChangeType.Changed, uri }]);
  }

  #runOf(uri: vscode.Uri): Run | undefined {
    return this.#store.get(uri.authority, uri.path.split('/')[1] ?? '');
  }
}

function progressOf(run: Run): string {
  return `${run.state} ${run.cells?.finished ?? 0}`;
}
