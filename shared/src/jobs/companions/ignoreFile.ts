import ignore from 'ignore';
import { SlipwayError } from '../../protocol/index.ts';
import { readTextFile } from '../folder.ts';
import type { JobFolder } from '../folder.ts';
import { joinPath, quoted } from '../paths.ts';

export const ignoreFileName = '.slipwayignore';

const maxBytes = 1_000_000;

/** The rules of one `.slipwayignore` (gitignore syntax); they hold for the folder in which it lies. */
export interface IgnoreFile {
  readonly folder: string;
  readonly rules: ReturnType<typeof ignore>;
}

/** @throws SlipwayError `files.refused` for a file that cannot be such a list */
export async function readIgnoreFile(jobFolder: JobFolder, folder: string, signal: AbortSignal): Promise<IgnoreFile> {
  const path = joinPath(folder, ignoreFileName);
  const refused = (why: string) => () =>
    new SlipwayError('files.refused', `${quoted(path)} cannot be used: it is ${why}.`, {
      action: 'Write one pattern a line, as in a .gitignore file.',
    });
  const limits = { maxBytes, tooLong: refused('larger than 1 MB'), notText: refused('not UTF-8 text') };
  const text = await readTextFile(jobFolder, path, limits, signal);
  return { folder, rules: ignore({ ignorecase: false }).add(text) };
}

/**
 * What the ignore files from the job's folder down to the path's own say, the deepest last.
 * @param path a folder's ends with `/`
 * @returns `kept` for a path that a `!pattern` names
 */
export function judge(files: readonly IgnoreFile[], path: string): 'ignored' | 'kept' | undefined {
  let verdict: 'ignored' | 'kept' | undefined;
  for (const { folder, rules } of files) {
    const { ignored, unignored } = rules.test(folder === '' ? path : path.slice(folder.length + 1));
    if (ignored) verdict = 'ignored';
    else if (unignored) verdict = 'kept';
  }
  return verdict;
}
