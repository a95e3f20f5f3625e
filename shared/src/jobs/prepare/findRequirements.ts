import { SlipwayError } from '../../protocol/index.ts';
import type { CompanionChoice, JobSpec } from '../../protocol/index.ts';
import { readTextFile } from '../folder.ts';
import type { JobFolder } from '../folder.ts';
import { checkRelativePath, joinPath, quoted } from '../paths.ts';
import type { PreparedRequirements } from './preparedJob.ts';

const maxBytes = 1_000_000;

/**
 * Reads the requirements file: the one that the spec names, else a `requirements.txt` beside the notebook, unless rules
 * leave that one out.
 * @param beside folder of the notebook
 * @throws SlipwayError `spec.invalid` when the named one is not there or not a text
 */
export async function findRequirements(
  spec: JobSpec,
  beside: string,
  ignored: CompanionChoice['ignored'],
  folder: JobFolder,
  signal: AbortSignal,
): Promise<PreparedRequirements | undefined> {
  const found = spec.requirements === undefined;
  const path = found
    ? joinPath(beside, 'requirements.txt')
    : checkRelativePath(spec.requirements ?? '', 'requirements');
  if (
    found &&
    ignored.some((entry) => entry.path === path || (entry.path.endsWith('/') && path.startsWith(entry.path)))
  ) {
    return undefined;
  }
  const { kind } = await folder.stat(path, signal);
  if (kind !== 'file') {
    if (found) return undefined;
    const why = kind === 'missing' ? 'does not exist' : 'is not a file in the job folder';
    throw unusable(path, why);
  }
  const limits = {
    maxBytes,
    tooLong: () => unusable(path, 'is larger than 1 MB'),
    notText: () => unusable(path, 'is not UTF-8 text'),
  };
  return { path, text: await readTextFile(folder, path, limits, signal), found };
}

function unusable(path: string, why: string): SlipwayError {
  return new SlipwayError('spec.invalid', `The requirements file ${quoted(path)} ${why}.`, {
    action: 'Name a pip requirements file relative to the job folder, or remove requirements from the job.',
  });
}
