import type { ServerTrust } from '../access.ts';
import { environmentProxy, parseProxy } from './environmentProxy.ts';
import { faulty, invalid } from './faults.ts';
import type { Found } from './parse.ts';
import { checkAuthorities, readPem } from './pem.ts';
import type { ClusterEntry } from './schema.ts';

/** @throws SlipwayError `kubeconfig.invalid` */
export function serverOf({ value, owner, file }: Found<ClusterEntry>): URL {
  const text = value.server;
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

/**
 * The proxy to go through: `proxy-url`, else what the environment names.
 * @throws SlipwayError `kubeconfig.invalid`; it does not quote the URL, which may hold a password
 */
export function proxyOf(
  { value, owner, file }: Found<ClusterEntry>,
  server: URL,
  env: Readonly<Record<string, string | undefined>>,
): URL | undefined {
  const own = value['proxy-url'];
  if (server.protocol === 'http:') {
    if (own === undefined) return undefined;
    throw faulty(owner, file, 'a server without TLS cannot be used through a proxy');
  }
  const text = own ?? environmentProxy(server, env);
  if (text === undefined) return undefined;
  const url = parseProxy(text);
  if (url !== undefined) return url;
  const forms = 'no URL that starts with http://, https:// or socks5://';
  if (own !== undefined) throw faulty(owner, file, `its proxy-url is ${forms}`);
  throw invalid(`The proxy in the variable HTTPS_PROXY is ${forms}.`, 'Correct or unset the variable.');
}

/** @throws SlipwayError `kubeconfig.invalid` */
export async function trustOf(
  { value, folder, owner }: Found<ClusterEntry>,
  signal: AbortSignal,
): Promise<ServerTrust> {
  const key = 'certificate-authority';
  const place = { key, data: value['certificate-authority-data'], file: value[key], folder, owner };
  const authorities = await readPem(place, signal);
  if (authorities !== undefined) checkAuthorities(authorities, owner);
  return { authorities, insecure: value['insecure-skip-tls-verify'], serverName: value['tls-server-name'] };
}

/** `spec.cluster` of an ExecCredential. */
export function clusterInfoOf(cluster: ClusterEntry, tls: ServerTrust): Readonly<Record<string, unknown>> {
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

/** What a person should know although it works. */
export function warningsOf({ value, owner }: Found<ClusterEntry>, server: URL): readonly string[] {
  if (server.protocol === 'http:') {
    return [`The ${owner} has a server without TLS: what is sent can be read on the way, and no credential is sent.`];
  }
  if (!value['insecure-skip-tls-verify']) return [];
  return [`The ${owner} sets insecure-skip-tls-verify: anybody on the way can pretend to be the cluster.`];
}
