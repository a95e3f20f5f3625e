import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { SlipwayError, type ClusterEntry } from '../protocol/index.ts';
import type { ClusterAccess, ServerTrust } from './access.ts';
import type { CredentialSource } from './credentials.ts';
import { environmentProxy, parseProxy } from './kubeconfig/environmentProxy.ts';
import { pemOf } from './kubeconfig/pem.ts';
import { codeOf } from './transport/faultOf.ts';

export interface ClusterEntryHost {
  /** Slipway's context, for messages. */
  readonly context: string;
  /** Where relative paths start. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Access to a cluster as a context of ours describes it, without any kubeconfig.
 * @throws SlipwayError `context.invalid`
 */
export async function clusterAccess(
  entry: ClusterEntry,
  credentials: CredentialSource,
  host: ClusterEntryHost,
  signal: AbortSignal,
): Promise<ClusterAccess> {
  const server = URL.parse(entry.server);
  if (server?.protocol !== 'https:') {
    throw invalid(host, 'its server is no URL that starts with https://', 'cluster.server');
  }
  const proxy = proxyOf(entry, server, host);
  const tls = await trustOf(entry, host, signal);
  return { server, tls, proxy, credentials, impersonate: undefined };
}

/** The message does not quote the URL, which may hold a password. */
function proxyOf(entry: ClusterEntry, server: URL, host: ClusterEntryHost): URL | undefined {
  const text = entry.proxyUrl ?? environmentProxy(server, host.env);
  if (text === undefined) return undefined;
  const url = parseProxy(text);
  if (url !== undefined) return url;
  const whose = entry.proxyUrl === undefined ? 'the proxy in the variable HTTPS_PROXY' : 'its proxy';
  const place = entry.proxyUrl === undefined ? 'the variable' : 'cluster.proxyUrl';
  throw invalid(host, `${whose} is no URL that starts with http://, https:// or socks5://`, place);
}

async function trustOf(entry: ClusterEntry, host: ClusterEntryHost, signal: AbortSignal): Promise<ServerTrust> {
  const { certificateAuthorityData: data, certificateAuthority: file, tlsServerName: serverName } = entry;
  if (data === undefined && file === undefined) return { authorities: undefined, insecure: false, serverName };
  const place = data === undefined ? 'cluster.certificateAuthority' : 'cluster.certificateAuthorityData';
  const text = data === undefined ? await readAuthorities(file ?? '', host, signal) : pemOf(data);
  try {
    new X509Certificate(text);
  } catch (error) {
    throw invalid(host, 'its certificate authority holds no certificate', place, error);
  }
  return { authorities: text, insecure: false, serverName };
}

async function readAuthorities(file: string, host: ClusterEntryHost, signal: AbortSignal): Promise<string> {
  const path = isAbsolute(file) ? file : join(host.folder, file);
  try {
    return await readFile(path, { encoding: 'utf8', signal });
  } catch (error) {
    signal.throwIfAborted();
    const why = codeOf(error) === 'ENOENT' ? 'does not exist' : `cannot be read (${codeOf(error)})`;
    throw invalid(host, `its certificate authority ${path} ${why}`, 'cluster.certificateAuthority', error);
  }
}

function invalid({ context }: ClusterEntryHost, why: string, place: string, cause?: unknown): SlipwayError {
  return new SlipwayError('context.invalid', `The cluster of context ${context} cannot be used: ${why}.`, {
    action: `Correct ${place} with "slipway context edit".`,
    cause,
  });
}
