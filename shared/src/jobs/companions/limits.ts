import { SlipwayError, formatBytes, type Companion } from '../../protocol/index.ts';
import { quoted } from '../paths.ts';

/** Where choosing files stops. */
export interface WalkLimits {
  /** Files that travel. */
  readonly files: number;
  /** Bytes of all files that travel. */
  readonly bytes: number;
  /** Names looked at, whether they travel or not: what keeps a home folder from being walked. */
  readonly entries: number;
  /** Folders in folders. */
  readonly depth: number;
}

export const defaultLimits: WalkLimits = { files: 20_000, bytes: 2 * 1024 ** 3, entries: 20_000, depth: 64 };

/** Above this, a file or the whole set is worth a word before the run: copying it takes longer than the rest. */
export const warnAboveBytes = 50_000_000;

interface Found {
  readonly files: readonly Companion[];
  readonly entries: number;
  readonly bytes: number;
  readonly tooDeep: boolean;
}

/** The error for a folder that is too much to travel: what was found, where most of it lies, and how to leave it out. */
export function tooMuchError(label: string, found: Found, limits: WalkLimits): SlipwayError {
  const place = `The folder ${quoted(label)}`;
  let message = `${place} holds more than ${limits.entries} entries that would have to be looked at.`;
  if (found.tooDeep) message = `${place} is nested more than ${limits.depth} folders deep.`;
  else if (found.bytes > limits.bytes)
    message = `${place} holds more than ${formatBytes(limits.bytes)} that would travel with the job.`;
  else if (found.files.length > limits.files)
    message = `${place} holds more than ${limits.files} files that would travel with the job.`;
  const largest = largestFolder(found.files);
  const where = largest === undefined ? '' : ` Most of it so far is in ${quoted(`${largest}/`)}.`;
  return new SlipwayError('files.refused', `${message}${where}`, {
    action:
      'List what the notebook does not need in a .slipwayignore file there (a line "data/" leaves that folder out), ' +
      'name what it needs in files.include, or move the notebook to a folder of its own.',
  });
}

/** The top-level folder with most bytes, and among equals most files. */
function largestFolder(files: readonly Companion[]): string | undefined {
  const weights = new Map<string, number>();
  for (const { path, bytes } of files) {
    const [top = '', ...deeper] = path.split('/');
    if (deeper.length > 0) weights.set(top, (weights.get(top) ?? 0) + bytes + 1);
  }
  return [...weights].sort((a, b) => b[1] - a[1])[0]?.[0];
}
