import type { RunFile } from '../../pipeline/index.ts';
import { SlipwayError, type JobSpec, type PipelineStepName } from '../../protocol/index.ts';
import { checkRelativePath, nameOf } from '../paths.ts';
import type { PreparedTests } from './preparedJob.ts';

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

function datasetOf(dataset: JobSpec['dataset']): RunFile['dataset'] {
  if (dataset === undefined) return undefined;
  if ((dataset.url === undefined) === (dataset.path === undefined)) {
    throw new SlipwayError('spec.invalid', 'The dataset needs either a url or a path.', {
      action: 'Give dataset.url to download it, or dataset.path for a file on a dataset volume.',
    });
  }
  const place =
    dataset.path === undefined ? pathOfUrl(dataset.url ?? '') : checkRelativePath(dataset.path, 'dataset.path');
  const name =
    nameOf(place)
      .replaceAll(/[^\w.-]+/g, '_')
      .replace(/^\.+/, '') || 'dataset';
  return { ...dataset, name };
}

function pathOfUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new SlipwayError('spec.invalid', 'dataset.url is not an address that can be downloaded from.', {
      action:
        'Give an address that begins with https:// or http://; S3, MinIO and Hugging Face have such addresses too.',
    });
  }
  refuseUserInfo(url, 'dataset.url');
  return url.pathname;
}

function repositoryOf(text: string, revision: string | undefined, field: string): { url: string; revision?: string } {
  const scp = /^[\w.-]+@[\w.-]+:[\w./~-]+$/.test(text);
  const url = scp ? null : URL.parse(text);
  if (!scp && (url === null || !['https:', 'http:', 'ssh:', 'git:'].includes(url.protocol))) {
    throw new SlipwayError('spec.invalid', `${field} is not the address of a git repository.`, {
      action: 'Give an address such as https://gitlab.example.com/team/project.git.',
    });
  }
  if (url !== null) refuseUserInfo(url, field);
  if (revision !== undefined && !/^[\w][\w./@^~-]*$/.test(revision)) {
    throw new SlipwayError('spec.invalid', `The revision ${JSON.stringify(revision)} is not one that git could have.`, {
      action: 'Give a branch, a tag or a commit.',
    });
  }
  return { url: text, ...(revision !== undefined && { revision }) };
}

/** Credentials come from a Secret: in an address they would end up in logs and manifests. */
function refuseUserInfo(url: URL, field: string): void {
  const named = url.protocol === 'ssh:' ? url.password : `${url.username}${url.password}`;
  if (named === '') return;
  throw new SlipwayError('spec.invalid', `${field} holds a user name or password.`, {
    action: 'Take it out of the address and name a Kubernetes Secret instead (repository.secret).',
  });
}
