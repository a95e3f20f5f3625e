import { resolve } from 'node:path';
import { SlipwayError } from '../../protocol/index.ts';

/** What a transfer is about, as a person wrote it. */
export interface Places {
  readonly direction: 'upload' | 'download';
  /** The DevEnv's name, or the empty string for the only one. */
  readonly name: string;
  /** Absolute. */
  readonly local: readonly string[];
  readonly remote: readonly string[];
  /** The destination is written as a folder: with a slash at its end, or as one of `.` and `..`. */
  readonly toFolder: boolean;
}

export interface Surroundings {
  /** Absolute. */
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
}

/**
 * Reads sources and a destination, of which one side is `NAME:PATH` as for scp. Pure.
 * @throws SlipwayError `usage`
 */
export function transferPlaces(paths: readonly string[], surroundings: Surroundings): Places {
  const sources = paths.slice(0, -1).map((path) => placeOf(path, surroundings));
  const [destination] = paths.slice(-1).map((path) => placeOf(path, surroundings));
  if (destination === undefined || sources.length === 0) {
    throw usage('Name what to copy, and where to.');
  }
  const upload = destination.name !== undefined;
  if (sources.some(({ name }) => (name !== undefined) === upload)) {
    throw usage(upload ? 'Both sides are in a DevEnv.' : 'Neither side is in a DevEnv.');
  }
  const all = [...sources, destination];
  const names = new Set(all.map(({ name }) => name).filter((name) => name !== undefined));
  const [name = ''] = names;
  if (names.size > 1) throw usage('Two DevEnvs are named.');
  const { isFolder: toFolder } = destination;
  const pathsOf = (places: readonly Place[]): string[] => places.map(({ path }) => path);
  return upload
    ? { direction: 'upload', name, local: pathsOf(sources), remote: [destination.path], toFolder }
    : { direction: 'download', name, local: [destination.path], remote: pathsOf(sources), toFolder };
}

interface Place {
  /** Undefined on this machine. */
  readonly name: string | undefined;
  readonly path: string;
  readonly isFolder: boolean;
}

const folderEnd = { posix: /(?:^|\/)\.{0,2}$/, windows: /(?:^|[/\\])\.{0,2}$/ };

function placeOf(text: string, { cwd, platform }: Surroundings): Place {
  const [, name, path] = /^([^:/\\]*):(.*)$/s.exec(text) ?? [];
  // A drive's letter is no DevEnv.
  const isLocal = name === undefined || path === undefined || (platform === 'win32' && /^[a-z]$/i.test(name));
  if (isLocal) {
    if (text === '') throw usage('A path is empty.');
    const { posix, windows } = folderEnd;
    const isFolder = (platform === 'win32' ? windows : posix).test(text);
    return { name: undefined, path: resolve(cwd, text), isFolder };
  }
  return { name, path: path === '' ? '.' : path, isFolder: folderEnd.posix.test(path) };
}

function usage(message: string): SlipwayError {
  return new SlipwayError('usage', message, {
    action: 'Write one side as NAME:PATH, for example: slipway cp data devenv-alice:input.',
  });
}
