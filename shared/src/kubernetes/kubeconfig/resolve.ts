import type * as z from 'zod';
import type { ClusterAccess, ServerTrust } from '../access.ts';
import type { Clock } from '../clock.ts';
import { fixedCredential } from '../credentials.ts';
import { invalid, issueWords } from './faults.ts';
import type { Entry, Kubeconfig } from './parse.ts';
import { checkAuthorities, readPem } from './pem.ts';
import type { Spawn } from './runProgram.ts';
import { type ClusterEntry, clusterSchema, contextSchema, type UserEntry, userSchema } from './schema.ts';
import { userCredentials } from './userCredentials.ts';

export interface ResolveHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly spawn?: Spawn | undefined;
}

/** A context of a kubeconfig, with all it refers to. */
export interface ResolvedContext {
  readonly name: string;
  readonly access: ClusterAccess;
  /** The kubeconfig user's name; empty when the context has none. */
  readonly user: string;
  readonly namespace: string | undefined;
  /** What a person should know although it works. */
  readonly warnings: readonly string[];
}

/**
 * @param name a context's name; undefined: the current one
 * @throws SlipwayError `kubeconfig.invalid`, `credentials.failed`
 */
export async function resolveContext(
  kubeconfig: Kubeconfig,
  name: string | undefined,
  host: ResolveHost,
  signal: AbortSignal,
): Promise<ResolvedContext> {
  const chosen = chooseContext(kubeconfig, name);
  const context = entryOf(kubeconfig.contexts, chosen, 'context', contextSchema);
  if (context.value.cluster === undefined) throw faulty(context.owner, context.file, 'it names no cluster');
  const cluster = entryOf(kubeconfig.clusters, context.value.cluster, 'cluster', clusterSchema, context.owner);
  const server = serverOf(cluster.value, cluster.owner, cluster.file);
  const proxy = proxyOf(cluster.value, cluster.owner, cluster.file);
  if (server.protocol === 'http:' && proxy !== undefined) {
    throw faulty(cluster.owner, cluster.file, 'a server without TLS cannot be used through a proxy');
  }
  const tls = await trustOf(cluster, signal);
  const clusterInfo = clusterInfoOf(cluster.value, tls);
  const user =
    context.value.user === undefined
      ? undefined
      : entryOf(kubeconfig.users, context.value.user, 'user', userSchema, context.owner);
  const credentials =
    user === undefined
      ? fixedCredential({})
      : await userCredentials(
          { entry: user.value, folder: user.folder, owner: user.owner },
          { ...host, clusterInfo },
          signal,
        );
  return {
    name: chosen,
    access: { server, tls, proxy, credentials, impersonate: impersonationOf(user?.value) },
    user: context.value.user ?? '',
    namespace: context.value.namespace,
    warnings: warningsOf(cluster.value, cluster.owner, server),
  };
}

function chooseContext(kubeconfig: Kubeconfig, name: string | undefined): string {
  const names = [...kubeconfig.contexts.keys()];
  const list = names.length === 0 ? 'It has no context.' : `It has: ${names.slice(0, 20).join(', ')}.`;
  const chosen = name ?? kubeconfig.currentContext;
  const files = kubeconfig.files.join(', ');
  if (chosen === undefined)
    throw invalid(`The kubeconfig ${files} has no current context.`, `Choose a context. ${list}`);
  if (!kubeconfig.contexts.has(chosen)) {
    throw invalid(
      `The kubeconfig ${files} has no context ${JSON.stringify(chosen)}.`,
      `Choose another context. ${list}`,
    );
  }
  return chosen;
}

function entryOf<S extends z.ZodType>(
  entries: ReadonlyMap<string, Entry>,
  name: string,
  kind: string,
  schema: S,
  wantedBy = '',
): { readonly value: z.output<S>; readonly folder: string; readonly file: string; readonly owner: string } {
  const owner = `${kind} ${JSON.stringify(name)}`;
  const entry = entries.get(name);
  if (entry === undefined) {
    throw invalid(
      `The ${wantedBy} of the kubeconfig names the ${owner}, which does not exist.`,
      'Correct the kubeconfig.',
    );
  }
  const result = schema.safeParse(entry.value);
  if (!result.success) throw faulty(owner, entry.file, issueWords(result.error));
  return { value: result.data, folder: entry.folder, file: entry.file, owner };
}

function faulty(owner: string, file: string, why: string) {
  return invalid(`The ${owner} in the kubeconfig ${file} cannot be used: ${why}.`, 'Correct the kubeconfig.');
}

function serverOf(cluster: ClusterEntry, owner: string, file: string): URL {
  const text = cluster.server;
  if (text === undefined) throw faulty(owner, file, 'it names no server');
  // As kubectl has it, a bare host is meant without TLS.
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.hostname === '') {
    throw faulty(owner, file, 'its server is no URL that starts with https://');
  }
  url.username = '';
  url.password = '';
  url.search = '';
  url.hash = '';
  return url;
}

function proxyOf(cluster: ClusterEntry, owner: string, file: string): URL | undefined {
  const text = cluster['proxy-url'];
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:', 'socks5:', 'socks5h:'].includes(url.protocol) || url.hostname === '') {
    throw faulty(owner, file, 'its proxy-url is no URL that starts with http://, https:// or socks5://');
  }
  return url;
}

async function trustOf(
  cluster: { readonly value: ClusterEntry; readonly folder: string; readonly owner: string; readonly file: string },
  signal: AbortSignal,
): Promise<ServerTrust> {
  const { value, folder, owner } = cluster;
  const key = 'certificate-authority';
  const place = { key, data: value['certificate-authority-data'], file: value[key], folder, owner };
  const authorities = await readPem(place, signal);
  if (authorities !== undefined) checkAuthorities(authorities, owner);
  return { authorities, insecure: value['insecure-skip-tls-verify'], serverName: value['tls-server-name'] };
}

function impersonationOf(user: UserEntry | undefined) {
  if (user?.as === undefined) return undefined;
  return { user: user.as, groups: user['as-groups'] };
}

/** `spec.cluster` of an ExecCredential. */
function clusterInfoOf(cluster: ClusterEntry, tls: ServerTrust): Readonly<Record<string, unknown>> {
  const config = cluster.extensions?.find(({ name }) => name === 'client.authentication.k8s.io/exec')?.extension;
  return {
    server: cluster.server,
    ...(tls.serverName === undefined ? {} : { 'tls-server-name': tls.serverName }),
    ...(tls.insecure ? { 'insecure-skip-tls-verify': true } : {}),
    ...(tls.authorities === undefined
      ? {}
      : { 'certificate-authority-data': Buffer.from(tls.authorities, 'utf8').toString('base64') }),
    ...(cluster['proxy-url'] === undefined ? {} : { 'proxy-url': cluster['proxy-url'] }),
    ...(config === undefined ? {} : { config }),
  };
}

function warningsOf(cluster: ClusterEntry, owner: string, server: URL): readonly string[] {
  if (server.protocol === 'http:') {
    return [`The ${owner} has a server without TLS: what is sent can be read on the way, and no credential is sent.`];
  }
  if (!cluster['insecure-skip-tls-verify']) return [];
  return [`The ${owner} sets insecure-skip-tls-verify: anybody on the way can pretend to be the cluster.`];
}
