import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { readKubeconfig } from '../../cluster/faultKubeconfig.ts';

/**
 * Asks the API server as the administrator; undefined where it has no such object. A process of kubectl for it takes a tenth of a
 * second of a processor, and tests look many times.
 */
export async function adminRequest(
  kubeconfig: string,
  method: 'GET' | 'POST' | 'DELETE' | 'PATCH',
  path: string,
  body?: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const { server, ca, cert, key } = await readKubeconfig(kubeconfig);
  const asked = request(new URL(path, server), {
    method,
    // Each by a connection of its own: between two looks a test may start the API server anew.
    agent: false,
    ca,
    cert,
    key,
    headers: { 'content-type': 'application/json', ...headers },
    timeout: 60_000,
  });
  asked.on('timeout', () => asked.destroy(new Error(`no answer within a minute: ${method} ${path}`)));
  // An answer that breaks off says so itself.
  asked.on('error', () => undefined);
  asked.end(body === undefined ? undefined : JSON.stringify(body));
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  const said = await text(answer);
  const status = answer.statusCode ?? 0;
  if (status === 404) return undefined;
  if (status >= 300) throw new Error(`${method} ${path}: ${status} ${said}`);
  return JSON.parse(said);
}

/** Makes an object as `kubectl apply --server-side` does, or makes the one that is there like it. @param path the object's own */
export async function adminApply(kubeconfig: string, path: string, object: object): Promise<void> {
  const applied = { 'content-type': 'application/apply-patch+yaml' };
  await adminRequest(kubeconfig, 'PATCH', `${path}?fieldManager=slipway-test&force=true`, object, applied);
}

/** Where the API has what kubectl calls by a short name. */
const places: Readonly<Record<string, (namespace: string) => string>> = {
  configmap: (namespace) => `/api/v1/namespaces/${namespace}/configmaps`,
  pipelinerun: (namespace) => `/apis/tekton.dev/v1/namespaces/${namespace}/pipelineruns`,
  pod: (namespace) => `/api/v1/namespaces/${namespace}/pods`,
  pv: () => '/api/v1/persistentvolumes',
  pvc: (namespace) => `/api/v1/namespaces/${namespace}/persistentvolumeclaims`,
  quota: (namespace) => `/api/v1/namespaces/${namespace}/resourcequotas`,
  secret: (namespace) => `/api/v1/namespaces/${namespace}/secrets`,
  taskrun: (namespace) => `/apis/tekton.dev/v1/namespaces/${namespace}/taskruns`,
};

export type Kind = 'configmap' | 'pipelinerun' | 'pod' | 'pvc' | 'taskrun';

/** The objects of some kinds with these labels, as `kind/name`. */
export async function namesOf(
  kubeconfig: string,
  namespace: string,
  kinds: readonly Kind[],
  labelSelector: string,
): Promise<string[]> {
  const query = new URLSearchParams({ labelSelector });
  const lists = kinds.map(async (kind) => {
    const path = places[kind]?.(namespace) ?? '';
    const list = await adminRequest(kubeconfig, 'GET', `${path}?${query.toString()}`);
    if (list === undefined) throw new Error(`the API server has no ${kind}s`);
    const { items } = list as { readonly items: readonly { readonly metadata: { readonly name: string } }[] };
    return items.map(({ metadata }) => `${kind}/${metadata.name}`);
  });
  return (await Promise.all(lists)).flat();
}

/** @param object as kubectl takes it: `pvc/name` */
export function pathOf(object: string, namespace: string): string {
  const [kind = '', name = ''] = object.split('/');
  const place = places[kind];
  if (place === undefined) throw new Error(`it is not said where the API has ${kind}`);
  return `${place(namespace)}/${name}`;
}

/** What kubectl's JSONPath selects and how it prints it, for paths like `.a.b[0].c\.d`; empty where there is nothing. */
export function fieldOf(object: unknown, path: string): string {
  let at = object;
  for (const part of path.match(/(?:\\.|[^.[\]\\])+/g) ?? []) {
    const key = part.replaceAll(/\\(.)/g, '$1');
    at = typeof at === 'object' && at !== null ? (at as Readonly<Record<string, unknown>>)[key] : undefined;
  }
  if (at === undefined || at === null) return '';
  return typeof at === 'string' ? at : JSON.stringify(at);
}
