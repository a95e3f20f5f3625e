import { attemptWords, type Attempt, type Words } from '../errors.ts';
import { typeName } from '../paths.ts';
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
  return {
    code: 'cluster.notFound',
    message: `The cluster ${context} has no ${missingObject(failure, attempt)}.`,
    action: 'Check the name and the space; it may have been deleted.',
  };
}

/** `ConfigMap "x" in ds-team`; by the plural where the server misses something else than was asked for. */
function missingObject(failure: ApiFailure, attempt: Attempt): string {
  const { path } = attempt;
  const [, type = '', name = ''] = /^([\w.-]+) "([^"]+)" not found/.exec(failure.message) ?? [];
  if (type === '') return `object to ${attemptWords(attempt)}`;
  const kind = path !== undefined && type === typeName(path.type) ? path.type.kind : type;
  const where = path?.type.namespaced === true && path.namespace !== undefined ? ` in ${path.namespace}` : '';
  return `${kind} ${JSON.stringify(name)}${where}`;
}

/** An API server answers with a bare line for a group that it does not have; for its own group something else did. */
export function isUnknownType(failure: ApiFailure, { path }: Attempt): boolean {
  if (!failure.understood)
    return path !== undefined && path.type.group !== '' && failure.message === '404 page not found';
  return failure.message.includes('the server could not find the requested resource');
}
