import type { FolderEntry, JobFolder } from '../jobs/index.ts';
import { SlipwayError } from '../protocol/index.ts';
import type { RunTarget, StagedFile } from '../targets/index.ts';

/** The inputs of a run as the folder of another one: for "rerun", and for "retry" where the source is gone. */
export class InputsFolder implements JobFolder {
  readonly label: string;
  readonly diskPath = undefined;
  readonly #target: RunTarget;
  readonly #run: string;
  /** Files not read yet: each can be opened once, then the target is asked again. */
  #unread = new Map<string, StagedFile>();

  private constructor(target: RunTarget, run: string) {
    this.#target = target;
    this.#run = run;
    this.label = `inputs of ${run}`;
  }

  /** @throws SlipwayError `run.notFound` */
  static async open(target: RunTarget, run: string, signal: AbortSignal): Promise<InputsFolder> {
    const folder = new InputsFolder(target, run);
    await folder.#refresh(signal);
    folder.files = [...folder.#unread.values()].map(({ path, bytes }) => ({ path, bytes }));
    return folder;
  }

  /** All files, wherever they lie. */
  files: readonly { readonly path: string; readonly bytes: number }[] = [];

  list(path: string): Promise<readonly FolderEntry[]> {
    const prefix = path === '' ? '' : `${path}/`;
    const entries = new Map<string, FolderEntry>();
    for (const file of this.files) {
      if (!file.path.startsWith(prefix)) continue;
      const [name = '', ...deeper] = file.path.slice(prefix.length).split('/');
      const kind = deeper.length > 0 ? 'folder' : 'file';
      entries.set(name, { name, kind, bytes: kind === 'file' ? file.bytes : 0 });
    }
    return Promise.resolve([...entries.values()]);
  }

  stat(path: string): Promise<{ kind: FolderEntry['kind'] | 'missing'; bytes: number }> {
    const file = this.files.find((known) => known.path === path);
    if (file !== undefined) return Promise.resolve({ kind: 'file', bytes: file.bytes });
    const inside = path === '' || this.files.some((known) => known.path.startsWith(`${path}/`));
    return Promise.resolve({ kind: inside ? 'folder' : 'missing', bytes: 0 });
  }

  async *read(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    if (!this.#unread.has(path)) await this.#refresh(signal);
    const file = this.#unread.get(path);
    this.#unread.delete(path);
    if (file === undefined) throw missing(this.#run, path);
    yield* file.open(signal);
  }

  async #refresh(signal: AbortSignal): Promise<void> {
    const files = await this.#target.inputs(this.#run, signal);
    this.#unread = new Map(files.map((file) => [file.path, file]));
  }
}

function missing(run: string, path: string): SlipwayError {
  return new SlipwayError('files.refused', `${JSON.stringify(path)} is not among the inputs of ${run}.`, {
    action: 'Submit it anew from the folder that has the file.',
  });
}
