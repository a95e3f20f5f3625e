import { attemptWords, type Attempt, type Words } from '../errors.ts';
import type { ApiFailure } from '../transport/failures.ts';

/** A 404 is three things: no such type, no such space, no such object. */
export function notFoundWords(failure: ApiFailure, attempt: Attempt): Words {
  const { context } = attempt.cluster;
  const { path } = attempt;
  if (path !== undefined && isUnknownType(failure, attempt)) {
    const { group, version, plural } = path.type;
    const tekton = group === 'tekton.dev';
    return {
      code: 'cluster.notFound',
      message: `The cluster ${context} does not know ${plural} of ${group === '' ? version : `${group}/${version}`}.`,
      action: tekton
        ? 'Ask whoever runs the cluster to install Tekton Pipelines, or a version that serves this one.'
        : 'Check that the context points at the right cluster.',
    };
  }
  const space = /namespaces "([^"]+)" not found/.exec(failure.message)?.[1];
  if (space !== undefined && path?.type.plural !== 'namespaces') {
    return {
      code: 'cluster.notFound',
      message: `The cluster ${context} has no space ${JSON.stringify(space)}, so it could not ${attemptWords(attempt)}.`,
      action: 'Choose a space that exists.',
    };
  }
  const missing = /^([\w.]+) "([^"]+)" not found/.exec(failure.message);
  const what = missing === null ? attemptWords(attempt) : `${missing[1] ?? ''} ${JSON.stringify(missing[2] ?? '')}`;
  const where = path?.namespace === undefined ? '' : ` in ${path.namespace}`;
  return {
    code: 'cluster.notFound',
    message:
      missing === null
        ? `The cluster ${context} has nothing to ${what}.`
        : `The cluster ${context} has no ${what}${where}.`,
    action: 'Check the name and the space; it may have been deleted.',
  };
}

/** An API server answers with a bare line for a group that it does not have; for its own group something else did. */
export function isUnknownType(failure: ApiFailure, { path }: Attempt): boolean {
  if (!failure.understood)
    return path !== undefined && path.type.group !== '' && failure.message === '404 page not found';
  return failure.message.includes('the server could not find the requested resource');
}
