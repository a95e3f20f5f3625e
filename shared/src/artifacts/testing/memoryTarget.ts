import { type Artifact, type RunEvent, SlipwayError } from '../../protocol/index.ts';
import type { RunFile } from '../../pipeline/index.ts';
import type { OpenedFile, RunTarget } from '../../targets/index.ts';
import { mediaTypeOf, roleOf } from '../names.ts';

/** A file of a run that is made up while it is read. */
export interface MadeUpFile {
  readonly bytes: number;
  content(signal: AbortSignal): AsyncIterable<Uint8Array>;
}

export interface MemoryRun {
  readonly files: Readonly<Record<string, string | MadeUpFile>>;
  readonly events?: readonly RunEvent[];
  readonly runFile?: RunFile;
}

/** A target with one run, `run`, in memory. Counts what is open, to find what is left open. */
export class MemoryTarget implements RunTarget {
  readonly context = 'local';
  readonly kind = 'local';
  openNow = 0;
  mostOpen = 0;
  lists = 0;
  readonly opened: string[] = [];
  readonly #run: MemoryRun;

  constructor(run: MemoryRun) {
    this.#run = run;
  }

  artifacts(run: string): Promise<readonly Artifact[]> {
    this.#check(run);
    this.lists++;
    const paths = Object.keys(this.#run.files).filter((path) => /^(?:output|work)\//.test(path));
    return Promise.resolve(
      paths.map((path) => ({
        path,
        bytes: this.#file(path).bytes,
        sha256: '0'.repeat(64),
        mediaType: mediaTypeOf(path),
        role: roleOf(path),
      })),
    );
  }

  async openFile(
    run: string,
    path: string,
    range: { start: number; end: number } | undefined,
    signal: AbortSignal,
  ): Promise<OpenedFile> {
    await Promise.resolve();
    signal.throwIfAborted();
    this.#check(run);
    if (path.split('/').includes('..')) throw new SlipwayError('path.refused', `${path} leaves the folder of the run.`);
    const file = this.#file(path);
    this.opened.push(path);
    return { bytes: file.bytes, content: this.#counted(file.content(signal), range) };
  }

  events(run: string): Promise<readonly RunEvent[]> {
    this.#check(run);
    return Promise.resolve(this.#run.events ?? []);
  }

  runFile(run: string): Promise<RunFile> {
    this.#check(run);
    return this.#run.runFile === undefined ? unused() : Promise.resolve(this.#run.runFile);
  }

  async *#counted(content: AsyncIterable<Uint8Array>, range: { start: number; end: number } | undefined) {
    this.openNow++;
    this.mostOpen = Math.max(this.mostOpen, this.openNow);
    try {
      for await (const chunk of content) yield range === undefined ? chunk : chunk.subarray(range.start, range.end);
    } finally {
      this.openNow--;
    }
  }

  #file(path: string): MadeUpFile {
    const file = Object.hasOwn(this.#run.files, path) ? this.#run.files[path] : undefined;
    if (file === undefined) throw new SlipwayError('artifact.notFound', `The run has no file ${path}.`);
    if (typeof file !== 'string') return file;
    const bytes = new TextEncoder().encode(file);
    return { bytes: bytes.byteLength, content: () => once(bytes) };
  }

  #check(run: string): void {
    if (run !== 'run') throw new SlipwayError('run.notFound', `There is no run ${run}.`);
  }

  choosePython = unused;
  submit = unused;
  list = unused;
  readLog = unused;
  logSize = unused;
  cancel = unused;
  delete = unused;
  inputs = unused;
  watch = (): never => {
    throw new Error('not part of this test');
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  await Promise.resolve();
  if (bytes.byteLength > 0) yield bytes;
}

function unused(): Promise<never> {
  return Promise.reject(new Error('not part of this test'));
}
