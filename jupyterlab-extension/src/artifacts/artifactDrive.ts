import { PathExt } from '@jupyterlab/coreutils';
import type { Contents, ServerConnection } from '@jupyterlab/services';
import { type ISignal, Signal } from '@lumino/signaling';
import { SlipwayError } from '@slipway/shared/protocol';
import type { ServerHalf } from '../server/serverHalf.ts';

export const driveName = 'Slipway';

/** The path of a file of a run in the drive. */
export function drivePath(context: string, run: string, path: string): string {
  return `${driveName}:${encodeURIComponent(context)}/${encodeURIComponent(run)}/${path}`;
}

/** The path of a text that is only in this page, such as a manifest. */
export function notePath(name: string): string {
  return `${driveName}:${notesFolder}/${name}`;
}

// No context is called so: a name begins with a letter or digit.
const notesFolder = '-';

/**
 * What runs left, as a drive that can only be read: JupyterLab opens its files with its own viewers, and saves none of
 * them back.
 */
export class ArtifactDrive implements Contents.IDrive {
  readonly name = driveName;
  readonly serverSettings: ServerConnection.ISettings;
  readonly #server: Pick<ServerHalf, 'artifact' | 'artifactUrl'>;
  /** JupyterLab wants a time of each file, and runs tell none. */
  readonly #since = new Date().toISOString();
  readonly #notes = new Map<string, string>();
  readonly #fileChanged = new Signal<this, Contents.IChangedArgs>(this);
  #disposed = false;

  constructor(server: Pick<ServerHalf, 'artifact' | 'artifactUrl'>, serverSettings: ServerConnection.ISettings) {
    this.#server = server;
    this.serverSettings = serverSettings;
  }

  get fileChanged(): ISignal<this, Contents.IChangedArgs> {
    return this.#fileChanged;
  }

  get isDisposed(): boolean {
    return this.#disposed;
  }

  dispose(): void {
    this.#disposed = true;
    Signal.clearData(this);
  }

  /** Keeps a text under a name, to be opened by `notePath`. */
  keepNote(name: string, text: string): void {
    this.#notes.set(name, text);
  }

  async get(localPath: string, options?: Contents.IFetchOptions): Promise<Contents.IModel> {
    const name = PathExt.basename(localPath);
    const type = options?.type ?? (name.endsWith('.ipynb') ? 'notebook' : 'file');
    const times = { created: this.#since, last_modified: this.#since };
    const model = { name, path: localPath, type, writable: false, ...times, mimetype: '' };
    if (type === 'directory') return { ...model, content: [], format: 'json' };
    if (options?.content === false) return { ...model, content: null, format: null };
    const { bytes, mimetype } = await this.#bytesOf(localPath);
    if (type === 'notebook') {
      const content: unknown = JSON.parse(new TextDecoder().decode(bytes));
      return { ...model, mimetype, content, format: 'json' };
    }
    return options?.format === 'base64'
      ? { ...model, mimetype, content: base64Of(bytes), format: 'base64' }
      : { ...model, mimetype, content: new TextDecoder().decode(bytes), format: 'text' };
  }

  getDownloadUrl(localPath: string): Promise<string> {
    const { context, run, path } = parts(localPath);
    return Promise.resolve(this.#server.artifactUrl(context, run, path));
  }

  newUntitled(): Promise<Contents.IModel> {
    return readOnly();
  }

  delete(): Promise<void> {
    return readOnly();
  }

  rename(): Promise<Contents.IModel> {
    return readOnly();
  }

  save(): Promise<Contents.IModel> {
    return readOnly();
  }

  copy(): Promise<Contents.IModel> {
    return readOnly();
  }

  createCheckpoint(): Promise<Contents.ICheckpointModel> {
    return readOnly();
  }

  listCheckpoints(): Promise<Contents.ICheckpointModel[]> {
    return Promise.resolve([]);
  }

  restoreCheckpoint(): Promise<void> {
    return readOnly();
  }

  deleteCheckpoint(): Promise<void> {
    return readOnly();
  }

  async #bytesOf(localPath: string): Promise<{ readonly bytes: Uint8Array; readonly mimetype: string }> {
    const { context, run, path } = parts(localPath);
    if (context === notesFolder) {
      const text = this.#notes.get([run, path].filter((part) => part !== '').join('/'));
      if (text === undefined) throw new SlipwayError('artifact.notFound', 'This text is no longer there.');
      return { bytes: new TextEncoder().encode(text), mimetype: 'text/plain' };
    }
    const response = await this.#server.artifact(context, run, path, new AbortController().signal);
    const [mimetype = ''] = (response.headers.get('Content-Type') ?? '').split(';');
    return { bytes: new Uint8Array(await response.arrayBuffer()), mimetype };
  }
}

function parts(localPath: string): { readonly context: string; readonly run: string; readonly path: string } {
  const [context = '', run = '', ...rest] = localPath.replace(/^\//, '').split('/');
  return { context: decodeURIComponent(context), run: decodeURIComponent(run), path: rest.join('/') };
}

function readOnly(): Promise<never> {
  return Promise.reject(
    new SlipwayError('artifact.unreadable', 'What a run left is not changed.', {
      action: 'Save a copy with "Save as" into a folder of your own.',
    }),
  );
}

function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(text);
}
