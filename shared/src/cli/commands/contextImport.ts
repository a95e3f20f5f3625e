import { readFile } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { SlipwayError } from '../../protocol/index.ts';
import type { Session } from '../session.ts';
import { writeContexts } from './contextNew.ts';

export interface ImportContextOptions {
  readonly name: string | undefined;
  readonly image: string | undefined;
  readonly replace: boolean;
  readonly use: boolean;
}

/** More than this (bytes) is neither a team profile nor a kubeconfig. */
const longest = 4 * 1024 * 1024;

/** `slipway context import`: a team profile, a config.yaml or a kubeconfig; `-` reads standard input. */
export async function importContexts(session: Session, file: string, options: ImportContextOptions): Promise<number> {
  const { readImport } = await import('../../identity/index.ts');
  const path = file === '-' ? undefined : isAbsolute(file) ? file : resolve(session.io.cwd, file);
  const text = path === undefined ? await readInput(session) : await readText(path);
  const { name, image } = options;
  const { entries, notes } = readImport(text, { path, name, image });
  return writeContexts(session, entries, notes, options);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    throw new SlipwayError('usage', `${path} cannot be read (${why}).`, {
      action: 'Name a file that you may read, or "-" for standard input.',
    });
  }
}

async function readInput(session: Session): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  const input: AsyncIterable<Uint8Array | string> = session.io.stdin;
  for await (const part of input) {
    session.signal.throwIfAborted();
    const piece = typeof part === 'string' ? Buffer.from(part) : part;
    bytes += piece.length;
    if (bytes > longest) throw new SlipwayError('usage', 'What came on standard input is larger than 4 MB.');
    parts.push(piece);
  }
  return Buffer.concat(parts).toString('utf8');
}
