import { planInputs, type InputsPlan } from '../../../pipeline/index.ts';
import { SlipwayError } from '../../../protocol/index.ts';
import type { StagedFile } from '../../runTarget.ts';

/** A file of `inputs/` as `files.json` lists it. */
export interface InputFact {
  readonly path: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** The inputs as they travel: what goes into the ConfigMap in memory, the rest to be streamed. */
export interface PreparedInputs {
  readonly plan: InputsPlan;
  /** By key of the ConfigMap. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
  readonly facts: readonly InputFact[];
  readonly uploads: readonly (StagedFile & InputFact)[];
}

/** Hashes what is streamed, a chunk at a time. */
export interface StreamHash {
  update(chunk: Uint8Array): void;
  /** Hexadecimal. */
  digest(): string;
}

/**
 * Decides how each input travels and reads the small ones.
 * @param runFileBytes size of `run.json`, which travels in the same ConfigMap
 * @throws SlipwayError `files.refused` for a file that changed since it was chosen
 */
export async function prepareInputs(
  files: readonly StagedFile[],
  runFileBytes: number,
  newHash: () => StreamHash,
  signal: AbortSignal,
): Promise<PreparedInputs> {
  const plan = planInputs(files, runFileBytes);
  const byPath = new Map(files.map((file) => [file.path, file]));
  const contents = new Map<string, Uint8Array>();
  const facts: InputFact[] = [];
  for (const { path, bytes, key } of plan.inConfigMap) {
    const content = await readWhole(fileAt(byPath, path), signal);
    const hash = newHash();
    hash.update(content);
    contents.set(key, content);
    facts.push({ path, bytes, sha256: hash.digest() });
  }
  const uploads: (StagedFile & InputFact)[] = [];
  for (const { path } of plan.uploaded) {
    const file = fileAt(byPath, path);
    const sha256 = file.sha256 ?? (await hashOf(file, newHash(), signal));
    const upload = { path, bytes: file.bytes, sha256, open: (opened: AbortSignal) => file.open(opened) };
    uploads.push(upload);
    facts.push({ path, bytes: upload.bytes, sha256: upload.sha256 });
  }
  return { plan, contents, facts, uploads };
}

function fileAt(files: ReadonlyMap<string, StagedFile>, path: string): StagedFile {
  const file = files.get(path);
  if (file === undefined) throw new Error(`no input has the path ${JSON.stringify(path)}`);
  return file;
}

/** Small by plan; still nothing longer than announced is kept. */
async function readWhole(file: StagedFile, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of exactly(file, signal)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function hashOf(file: StagedFile, hash: StreamHash, signal: AbortSignal): Promise<string> {
  for await (const chunk of exactly(file, signal)) hash.update(chunk);
  return hash.digest();
}

/** The file's content, which must be as long as it was when it was chosen. */
export async function* exactly(file: StagedFile, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of file.open(signal)) {
    signal.throwIfAborted();
    bytes += chunk.length;
    if (bytes > file.bytes) throw changed(file.path);
    yield chunk;
  }
  if (bytes !== file.bytes) throw changed(file.path);
}

function changed(path: string): SlipwayError {
  return new SlipwayError('files.refused', `${JSON.stringify(path)} changed while it was being read.`, {
    action: 'Run again when nothing writes to it any more, or leave it out with files.exclude or .slipwayignore.',
  });
}
