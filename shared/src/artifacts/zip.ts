import { once } from 'node:events';
import { addAbortSignal, Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { wellFormed } from './plainText.ts';

export interface ZipEntry {
  /** Any path with forward slashes; it is made safe. */
  readonly path: string;
  /** Already compressed by its own format: stored as it is. */
  readonly stored: boolean;
  open(signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
}

/**
 * Writes a zip file of the entries, in their order, one file open at a time and never a whole file in memory. Leaving the
 * iteration, an abort and a failing entry close what is open before they are seen by the caller.
 * @param time modification time of every entry
 */
export async function* zipEntries(
  entries: readonly ZipEntry[],
  time: Date,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  signal.throwIfAborted();
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const zip = new ZipFile();
  const output = readable(zip.outputStream);
  const open = new Set<Readable>();
  const names = uniqueNames(entries.map(({ path }) => path));
  const fail = (error: unknown): void => void output.destroy(asError(error));
  zip.on('error', fail);
  entries.forEach((entry, at) => {
    const options = { mtime: time, mode: 0o100644, compress: !entry.stored };
    zip.addReadStreamLazy(names[at] ?? '', options, (give) => {
      const source = Readable.from(contentOf(entry, either), { objectMode: false });
      open.add(source);
      source.on('error', fail).on('close', () => open.delete(source));
      give(null, source);
    });
  });
  zip.end();
  try {
    addAbortSignal(signal, output);
    for await (const chunk of output) yield asBytes(chunk);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    stop.abort();
    await Promise.all([...open].map(closed));
  }
}

async function* contentOf(entry: ZipEntry, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  signal.throwIfAborted();
  yield* await entry.open(signal);
}

async function closed(source: Readable): Promise<void> {
  if (source.closed) return;
  const close = once(source, 'close');
  source.destroy();
  await close;
}

function readable(stream: NodeJS.ReadableStream): Readable {
  if (stream instanceof Readable) return stream;
  throw new TypeError('the zip writer has no readable output');
}

function asBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  throw new TypeError('the zip writer gave something that is not bytes');
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** Safe names that no two entries share, also not on a disk that ignores case. */
function uniqueNames(paths: readonly string[]): string[] {
  const taken = new Set<string>();
  return paths.map((path) => {
    const name = safeEntryName(path);
    let candidate = name;
    for (let number = 2; taken.has(fold(candidate)); number++) candidate = numbered(name, number);
    taken.add(fold(candidate));
    return candidate;
  });
}

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

function numbered(name: string, number: number): string {
  const dot = name.lastIndexOf('.');
  const hasEnding = dot > name.lastIndexOf('/') + 1;
  return hasEnding ? `${name.slice(0, dot)} (${number})${name.slice(dot)}` : `${name} (${number})`;
}

const deviceName = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/**
 * A path that stays below the folder into which it is unpacked, on every system: relative, without `..`, drive letters,
 * backslashes, control characters, or names that Windows keeps for devices.
 */
export function safeEntryName(path: string): string {
  const segments = wellFormed(path)
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.')
    .map((segment) => segment.replace(/[\\:*?"<>|\p{Cc}]/gu, '_').replace(/[. ]+$/, (end) => '_'.repeat(end.length)))
    .map((segment) => (deviceName.test(segment) ? `_${segment}` : segment));
  return segments.length === 0 ? '_' : segments.join('/');
}
