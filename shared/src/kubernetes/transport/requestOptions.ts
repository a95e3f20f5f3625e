import type { RequestOptions } from 'node:http';
import type { ClusterAccess, Impersonation } from '../access.ts';
import type { Credential } from '../credentials.ts';

/** `RequestOptions` of node:https, as far as they are about trust. */
interface TlsOptions {
  readonly cert?: string;
  readonly key?: string | undefined;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

type Headers = Readonly<Record<string, string>>;

/** What of a request depends on the cluster and on who asks. */
export function requestOptions(
  access: ClusterAccess,
  credential: Credential,
  headers: Headers,
): RequestOptions & TlsOptions {
  const { server, tls, impersonate } = access;
  const common = { 'user-agent': 'slipway', ...headers };
  // Nobody may read credentials from the wire: without TLS none are sent.
  if (server.protocol === 'http:') return { protocol: server.protocol, headers: common };
  return {
    protocol: server.protocol,
    rejectUnauthorized: !tls.insecure,
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
    ...(credential.certificate === undefined ? {} : { cert: credential.certificate, key: credential.key }),
    headers: {
      ...common,
      ...(credential.authorization === undefined ? {} : { authorization: credential.authorization }),
      ...(impersonate === undefined ? {} : impersonationHeaders(impersonate)),
    },
  };
}

/** Where a request goes, with the path below which the API lies. */
export function requestTarget(server: URL, target: string): { host: string; port: string; path: string } {
  return {
    host: server.hostname.replace(/^\[|\]$/g, ''),
    port: server.port === '' ? (server.protocol === 'http:' ? '80' : '443') : server.port,
    path: `${server.pathname.replace(/\/+$/, '')}${target}`,
  };
}

function impersonationHeaders({ user, groups, uid, extra }: Impersonation): Record<string, string | string[]> {
  return {
    'impersonate-user': headerText(user),
    ...(groups.length === 0 ? {} : { 'impersonate-group': groups.map(headerText) }),
    ...(uid === undefined ? {} : { 'impersonate-uid': headerText(uid) }),
    ...Object.fromEntries(
      Object.entries(extra).map(([key, values]) => [
        `impersonate-extra-${encodeURIComponent(key.toLowerCase())}`,
        values.map(headerText),
      ]),
    ),
  };
}

/** UTF-8 as the bytes that a header of Node carries. */
function headerText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
