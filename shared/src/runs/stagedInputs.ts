import { createHash } from 'node:crypto';
import type { JobFolder } from '../jobs/index.ts';
import type { Companion } from '../protocol/index.ts';
import { SlipwayError } from '../protocol/index.ts';
import type { StagedFile } from '../targets/index.ts';
import type { HashedFile } from './inputHashes.ts';
import type { TemporaryFiles } from './temporaryFiles.ts';

export interface StagingSource {
  readonly folder: JobFolder;
  /** True when reading a file twice costs little (a disk); else it is kept in a temporary file after the first time. */
  readonly rereadable: boolean;
}

export type HashedStagedFile = StagedFile & HashedFile;

/** How often a file is read that is another one each time, before it is refused. */
const mostReadings = 3;
/** Files up to this size are kept from their first reading, in bytes, as long as all of them are not more than `keptBytes`. */
const smallBytes = 256 * 1024;
const keptBytes = 16 * 1024 * 1024;

/**
 * Reads the files once to hash them, and makes them ready to be staged. One that has changed since it was chosen is taken as it is
 * now. A second reading of large ones, while the target stages them, must give the same bytes: hashes in `run.json` are
 * those of what runs.
 * @param files with the sizes that they had when they were chosen
 * @throws SlipwayError `files.refused` for a file that is written to all the time
 */
export async function stageFiles(
  files: readonly Companion[],
  source: StagingSource,
  temporary: TemporaryFiles,
  onProgress: (text: string) => void,
  signal: AbortSignal,
): Promise<HashedStagedFile[]> {
  const staged: HashedStagedFile[] = [];
  let kept = 0;
  for (const [index, chosen] of files.entries()) {
    signal.throwIfAborted();
    onProgress(`reading ${index + 1} of ${files.length} files`);
    const ready = await asItIsNow(chosen, source.folder, signal, (file) => {
      if (!source.rereadable) return stageCopy(file, source.folder, temporary, signal);
      const isKept = file.bytes <= smallBytes && kept + file.bytes <= keptBytes;
      if (isKept) kept += file.bytes;
      return isKept ? stageInMemory(file, source.folder, signal) : stageInPlace(file, source.folder, signal);
    });
    staged.push(ready);
  }
  return staged;
}

/** Others may write beside the notebook: an editor its state, a program its log. */
async function asItIsNow(
  chosen: Companion,
  folder: JobFolder,
  signal: AbortSignal,
  stage: (file: Companion) => Promise<HashedStagedFile>,
): Promise<HashedStagedFile> {
  let file = chosen;
  for (let reading = 1; ; reading += 1) {
    try {
      return await stage(file);
    } catch (error) {
      if (reading === mostReadings || !SlipwayError.is(error, 'files.refused')) throw error;
      const { kind, bytes } = await folder.stat(file.path, signal);
      if (kind !== 'file') throw error;
      file = { ...chosen, bytes };
    }
  }
}

/** A file that is in memory already. */
export function stageText(path: string, text: string): StagedFile {
  const content = Buffer.from(text, 'utf8');
  return inMemory(path, content);
}

function inMemory(path: string, content: Uint8Array): StagedFile {
  return {
    path,
    bytes: content.length,
    async *open() {
      yield await Promise.resolve(content);
    },
  };
}

/** What is small may change again before it is staged, and then would be refused for nothing. */
async function stageInMemory(file: Companion, folder: JobFolder, signal: AbortSignal): Promise<HashedStagedFile> {
  const print = new Fingerprint();
  const chunks: Uint8Array[] = [];
  for await (const chunk of print.of(checkSize(folder.read(file.path, signal), file), signal)) chunks.push(chunk);
  return { ...inMemory(file.path, Buffer.concat(chunks)), sha256: print.sha256() };
}

async function stageInPlace(file: Companion, folder: JobFolder, signal: AbortSignal): Promise<HashedStagedFile> {
  const { path, bytes } = file;
  const first = new Fingerprint();
  await drain(first.of(checkSize(folder.read(path, signal), file), signal));
  const sha256 = first.sha256();
  return { path, bytes, sha256, open: (opened) => unchanged(folder, file, sha256, opened) };
}

/** Reads for the sake of reading. */
async function drain(chunks: AsyncGenerator<Uint8Array>): Promise<void> {
  let read = await chunks.next();
  while (read.done !== true) read = await chunks.next();
}

async function* unchanged(
  folder: JobFolder,
  file: Companion,
  sha256: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const second = new Fingerprint();
  yield* second.of(checkSize(folder.read(file.path, signal), file), signal);
  if (second.sha256() !== sha256) throw changedError(file.path);
}

async function stageCopy(
  file: Companion,
  folder: JobFolder,
  temporary: TemporaryFiles,
  signal: AbortSignal,
): Promise<HashedStagedFile> {
  const print = new Fingerprint();
  const copy = await temporary.write(print.of(checkSize(folder.read(file.path, signal), file), signal), signal);
  return { ...file, sha256: print.sha256(), open: (opened) => temporary.read(copy, opened) };
}

/** Hashes what passes through. */
class Fingerprint {
  readonly #hash = createHash('sha256');

  async *of(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      signal.throwIfAborted();
      this.#hash.update(chunk);
      yield chunk;
    }
  }

  sha256(): string {
    return this.#hash.digest('hex');
  }
}

async function* checkSize(chunks: AsyncIterable<Uint8Array>, file: Companion): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > file.bytes) throw changedError(file.path);
    yield chunk;
  }
  if (bytes !== file.bytes) throw changedError(file.path);
}

function changedError(path: string): SlipwayError {
  return new SlipwayError('files.refused', `${JSON.stringify(path)} changed while it was being read.`, {
    action: 'Run again when nothing writes to it any more, or leave it out with files.exclude or .slipwayignore.',
  });
}
