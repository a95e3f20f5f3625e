import { SlipwayError } from '../../protocol/index.ts';
import type { Companion, JobSpec } from '../../protocol/index.ts';
import type { JobFolder } from '../folder.ts';
import { checkRelativePath, joinPath, nameOf, quoted } from '../paths.ts';
import type { PreparedTests } from './preparedJob.ts';

/** The tests as far as the spec and a look at the folder tell; whether there is a test in them is seen later. */
export interface TestsCandidate {
  /** Relative to the job's folder; the empty path is that folder. */
  readonly path: string;
  readonly asked: boolean;
  readonly marker: string | undefined;
  readonly always: boolean;
}

/**
 * Finds the tests folder: the one that the spec names, else `tests/` beside the notebook. A suite in a repository is
 * not looked for here.
 * @param beside folder of the notebook
 * @throws SlipwayError `tests.missing` when the one that was asked for is not there
 */
export async function findTests(
  spec: JobSpec,
  beside: string,
  folder: JobFolder,
  signal: AbortSignal,
): Promise<TestsCandidate | undefined> {
  if (spec.tests === false) return undefined;
  const named = typeof spec.tests === 'string' ? { path: spec.tests } : spec.tests;
  if (named?.repository !== undefined) return undefined;
  const path = named?.path === undefined ? joinPath(beside, 'tests') : checkRelativePath(named.path, 'tests');
  const { kind } = await folder.stat(path, signal);
  const candidate = { path, asked: named !== undefined, marker: named?.marker, always: named?.always ?? false };
  if (kind === 'folder') return candidate;
  if (!candidate.asked) return undefined;
  const why: Record<typeof kind, string> = {
    missing: 'does not exist',
    link: 'is a link that leaves the job folder',
    file: 'is a file',
    other: 'is not a folder',
  };
  throw new SlipwayError('tests.missing', `The tests folder ${quoted(path)} ${why[kind]}.`, {
    action: 'Name the folder with the pytest suite, relative to the job folder, or set tests to false.',
  });
}

/**
 * The tests as the run has them: a folder that was only found counts when there is a test in it.
 * @param files what travels of the folder
 */
export function settleTests(
  candidate: TestsCandidate | undefined,
  files: readonly Companion[],
): { tests: PreparedTests | undefined; warnings: string[] } {
  if (candidate === undefined) return { tests: undefined, warnings: [] };
  const { path, asked, marker, always } = candidate;
  const hasTests = path === '' || files.some((file) => /^(?:test_.*|.*_test)\.py$/s.test(nameOf(file.path)));
  if (!hasTests && !asked) return { tests: undefined, warnings: [] };
  const tests = { path: path === '' ? '.' : path, asked, always, ...(marker !== undefined && { marker }) };
  const warning = `The tests folder ${quoted(path)} has no test_*.py or *_test.py file.`;
  return { tests, warnings: hasTests ? [] : [warning] };
}
