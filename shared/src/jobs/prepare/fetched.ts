import type { RunFile } from '../../pipeline/index.ts';
import { SlipwayError, type JobSpec, type PipelineStepName } from '../../protocol/index.ts';
import { checkRelativePath } from '../paths.ts';
import { datasetOf } from './datasetPlace.ts';
import type { PreparedTests } from './preparedJob.ts';
import { refuseUserInfo } from './userInfo.ts';

/** What the CPU-only stage fetches before the run. */
export interface Fetched {
  readonly parts: Pick<RunFile, 'dataset' | 'repository' | 'suite'>;
  readonly steps: readonly PipelineStepName[];
  /** The tests of a suite that has a repository of its own. */
  readonly tests: PreparedTests | undefined;
}

/**
 * Dataset, repository and test repository of a job.
 * @throws SlipwayError `spec.invalid` for a dataset without a place, or a repository that is no URL
 */
export function fetchedBy(spec: JobSpec): Fetched {
  const dataset = datasetOf(spec.dataset);
  const named = typeof spec.tests === 'object' ? spec.tests : undefined;
  const suite =
    named?.repository === undefined ? undefined : repositoryOf(named.repository, named.revision, 'tests.repository');
  const repository = spec.repository && repositoryOf(spec.repository.url, spec.repository.revision, 'repository.url');
  const tests = suite && {
    path: named?.path === undefined ? '.' : checkRelativePath(named.path, 'tests'),
    asked: true,
    always: named?.always ?? false,
    ...(named?.marker !== undefined && { marker: named.marker }),
  };
  return {
    parts: {
      ...(dataset !== undefined && { dataset }),
      ...(repository !== undefined && { repository }),
      ...(suite !== undefined && { suite }),
    },
    steps: [
      ...(dataset === undefined ? [] : ['dataset' as const]),
      ...((repository ?? suite) ? ['clone' as const] : []),
    ],
    tests,
  };
}

function repositoryOf(text: string, revision: string | undefined, field: string): { url: string; revision?: string } {
  const scp = /^[\w.-]+@[\w.-]+:[\w./~-]+$/.test(text);
  const url = scp ? null : URL.parse(text);
  if (!scp && (url === null || !['https:', 'http:', 'ssh:', 'git:'].includes(url.protocol))) {
    throw new SlipwayError('spec.invalid', `${field} is not the address of a git repository.`, {
      action: 'Give an address such as https://gitlab.example.com/team/project.git.',
    });
  }
  if (url !== null) refuseUserInfo(url, field, 'repository.secret');
  if (revision !== undefined && !/^[\w][\w./@^~-]*$/.test(revision)) {
    throw new SlipwayError('spec.invalid', `The revision ${JSON.stringify(revision)} is not one that git could have.`, {
      action: 'Give a branch, a tag or a commit.',
    });
  }
  return { url: text, ...(revision !== undefined && { revision }) };
}
