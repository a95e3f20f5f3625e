import { SlipwayError } from '../protocol/index.ts';
import type { Query, ResourcePath, ResourceType } from './api.ts';

/**
 * The path of a resource below the server's own: `/apis/tekton.dev/v1/namespaces/NS/pipelineruns/NAME/status`.
 * @throws SlipwayError `path.refused` for a name that would be another path
 */
export function pathOf(path: ResourcePath): string {
  const { type, namespace, name, subresource } = path;
  return [
    type.group === '' ? '/api' : `/apis/${segment(type.group)}`,
    segment(type.version),
    ...(type.namespaced && namespace !== undefined ? ['namespaces', segment(namespace)] : []),
    segment(type.plural),
    ...(name === undefined ? [] : [segment(name)]),
    ...(subresource === undefined ? [] : [segment(subresource)]),
  ].join('/');
}

/** `?a=1&b=x`, or nothing; lists repeat their key. */
export function queryOf(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const item of Array.isArray(value) ? (value as readonly string[]) : [String(value)])
      parameters.append(key, item);
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

/** As Kubernetes writes a type in messages: `pods`, `pods/log`, `pipelineruns.tekton.dev`. */
export function typeName(type: ResourceType, subresource?: string): string {
  const name = type.group === '' ? type.plural : `${type.plural}.${type.group}`;
  return subresource === undefined ? name : `${name}/${subresource}`;
}

/** An empty name would mean the whole collection, and a dot another path. */
function segment(name: string): string {
  if (name === '' || name === '.' || name === '..' || /[/%]/.test(name)) {
    throw new SlipwayError('path.refused', `${JSON.stringify(name)} cannot be the name of an object on a cluster.`, {
      action: 'Use a name of lower case letters, digits, dashes and dots.',
    });
  }
  return encodeURIComponent(name);
}
