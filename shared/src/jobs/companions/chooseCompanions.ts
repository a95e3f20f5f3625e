import { formatBytes, type Companion, type CompanionChoice, type JobSpec } from '../../protocol/index.ts';
import type { JobFolder } from '../folder.ts';
import { isWithin, quoted } from '../paths.ts';
import { pathGlob } from './globs.ts';
import type { PathGlob } from './globs.ts';
import { defaultLimits, warnAboveBytes } from './limits.ts';
import type { WalkLimits } from './limits.ts';
import { walkFolder } from './walkFolder.ts';

/** What is known of a job before its files are chosen. Paths are checked and relative to the job's folder. */
export interface CompanionOptions {
  /** The notebook; undefined for a command. It is no companion of its own. */
  readonly notebook: string | undefined;
  /** What its code cells say. */
  readonly notebookCode?: string | undefined;
  /** `spec.files`. */
  readonly files?: JobSpec['files'] | undefined;
  /** The tests folder, whose files travel but are no companions. The empty path is the job's folder itself. */
  readonly tests?: { readonly path: string; readonly asked: boolean } | undefined;
  readonly limits?: Partial<WalkLimits>;
}

/** What travels with a job. */
export interface ChosenFiles {
  readonly companions: CompanionChoice;
  /** The files of the tests folder: they travel too, and are hashed apart. */
  readonly testFiles: readonly Companion[];
}

/**
 * Chooses the files that travel with a notebook or command.
 *
 * By default: everything in the job's folder except version control, environments, caches, hidden files, other
 * notebooks that the notebook does not name, outputs of runs, and what `.slipwayignore` files name (`!name` in one
 * brings back a single file that the defaults leave, but no secret). With `files.include` exactly the files that match it, whatever rules say; a folder
 * that rules leave out is only looked into when a glob names it. `files.exclude` always wins.
 * @throws SlipwayError `files.refused` for too many files or bytes, or an included link that leaves the folder;
 * `path.refused` for a glob that does
 */
export async function chooseFiles(
  folder: JobFolder,
  options: CompanionOptions,
  signal: AbortSignal,
): Promise<ChosenFiles> {
  const { notebook, notebookCode, files = {}, tests, limits } = options;
  const include = files.include?.map((glob) => pathGlob(glob, 'files.include', false));
  const exclude = (files.exclude ?? []).map((glob) => pathGlob(glob, 'files.exclude', true));
  const walk = await walkFolder(
    folder,
    {
      skip: new Set(notebook === undefined ? [] : [notebook]),
      notebookCode: notebook === undefined ? undefined : (notebookCode ?? ''),
      include,
      exclude,
      tests,
      limits: { ...defaultLimits, ...limits },
    },
    signal,
  );
  const isTest = (path: string): boolean => tests !== undefined && tests.path !== '' && isWithin(path, tests.path);
  const companions = walk.files.filter(({ path }) => !isTest(path));
  const totalBytes = companions.reduce((total, { bytes }) => total + bytes, 0);
  return {
    companions: {
      files: companions,
      totalBytes,
      ignored: walk.ignored,
      warnings: [...unmatchedWarnings(include, walk.matched), ...sizeWarnings(walk.files)],
    },
    testFiles: walk.files.filter(({ path }) => isTest(path)),
  };
}

/** The companions alone; see `chooseFiles`. */
export async function chooseCompanions(
  folder: JobFolder,
  options: CompanionOptions,
  signal: AbortSignal,
): Promise<CompanionChoice> {
  return (await chooseFiles(folder, options, signal)).companions;
}

function unmatchedWarnings(include: readonly PathGlob[] | undefined, matched: ReadonlySet<PathGlob>): string[] {
  return (include ?? [])
    .filter((glob) => !matched.has(glob))
    .map((glob) => `files.include: ${quoted(glob.text)} matches no file.`);
}

function sizeWarnings(files: readonly Companion[]): string[] {
  const advice = 'Add it to .slipwayignore if the job does not need it.';
  const large = files
    .filter(({ bytes }) => bytes > warnAboveBytes)
    .map(({ path, bytes }) => `${quoted(path)} is ${formatBytes(bytes)}, which takes time to copy. ${advice}`);
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  if (large.length > 0 || total <= warnAboveBytes) return large;
  return [
    `${files.length} files with ${formatBytes(total)} travel with the job. List what it does not need in .slipwayignore.`,
  ];
}
