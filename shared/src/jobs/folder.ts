import type { SlipwayError } from '../protocol/index.ts';

/** One name in a folder. `bytes` is 0 for anything but a file. */
export interface FolderEntry {
  readonly name: string;
  /**
   * Links are reported as what they lead to while that stays inside the job's folder. `link` is a link that leaves the
   * folder, leads nowhere, or leads to a folder that contains it; `other` is a socket, pipe or device.
   */
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly bytes: number;
}

/**
 * The folder beside the notebook, on disk or behind a host's `files/*` callbacks. Paths are relative, with forward
 * slashes; the empty path is the folder itself. Implementations never follow a link out of the folder.
 */
export interface JobFolder {
  /** For people: `~/projects/cells`, `Drive: cells`. */
  readonly label: string;
  /** Absolute path, where the folder lies on this machine's disk. */
  readonly diskPath: string | undefined;
  list(path: string, signal: AbortSignal): Promise<readonly FolderEntry[]>;
  stat(path: string, signal: AbortSignal): Promise<{ kind: FolderEntry['kind'] | 'missing'; bytes: number }>;
  read(path: string, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** What to say when a text file is too long or is not text. */
export interface TextFileLimits {
  readonly maxBytes: number;
  readonly tooLong: () => SlipwayError;
  readonly notText: () => SlipwayError;
}

/** Reads a UTF-8 file whole. A byte order mark is dropped. @throws SlipwayError what `limits` says */
export async function readTextFile(
  folder: JobFolder,
  path: string,
  limits: TextFileLimits,
  signal: AbortSignal,
): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch {
      throw limits.notText();
    }
  };
  const pieces: string[] = [];
  let bytes = 0;
  for await (const chunk of folder.read(path, signal)) {
    signal.throwIfAborted();
    bytes += chunk.byteLength;
    if (bytes > limits.maxBytes) throw limits.tooLong();
    pieces.push(decode(chunk));
  }
  pieces.push(decode());
  return pieces.join('');
}
