import { resolve } from 'node:path';
import { type Credential, type CredentialSource, fixedCredential } from '../credentials.ts';
import { invalid } from './faults.ts';
import { execCredential, type ExecHost } from './execPlugin.ts';
import { checkPair, readPem } from './pem.ts';
import type { UserEntry } from './schema.ts';
import { isHeaderSafe, tokenFileCredential } from './tokenFile.ts';

/** A kubeconfig user with its place. */
export interface UserPlace {
  readonly entry: UserEntry;
  readonly folder: string;
  /** `user "alice"`, for messages. */
  readonly owner: string;
}

/**
 * Where the credentials of a user come from. What several fields give is used as kubectl does: a token file goes before a
 * token, both before a password and a plugin; a client certificate goes along with any.
 * @throws SlipwayError `kubeconfig.invalid`
 */
export async function userCredentials(user: UserPlace, host: ExecHost, signal: AbortSignal): Promise<CredentialSource> {
  const { entry, folder, owner } = user;
  if (entry['auth-provider'] !== undefined && entry['auth-provider'] !== null) {
    throw invalid(
      `The ${owner} signs in with auth-provider, which Kubernetes removed in version 1.26.`,
      'Use an exec plugin such as kubelogin, or a token, in its place.',
    );
  }
  const certificate = await clientCertificate(user, signal);
  if (entry.tokenFile !== undefined) {
    return withCertificate(tokenFileCredential(resolve(folder, entry.tokenFile), owner), certificate);
  }
  if (entry.token !== undefined) {
    const token = entry.token.trim();
    if (!isHeaderSafe(token)) throw invalid(`The token of the ${owner} is no token.`, 'Copy it again.');
    return fixedCredential({ ...certificate, authorization: `Bearer ${token}` });
  }
  if (entry.username !== undefined || entry.password !== undefined) {
    const pair = `${entry.username ?? ''}:${entry.password ?? ''}`;
    return fixedCredential({ ...certificate, authorization: `Basic ${Buffer.from(pair, 'utf8').toString('base64')}` });
  }
  if (entry.exec !== undefined) return withCertificate(execCredential(entry.exec, user, host), certificate);
  return fixedCredential(certificate);
}

async function clientCertificate({ entry, folder, owner }: UserPlace, signal: AbortSignal): Promise<Credential> {
  const read = (key: 'client-certificate' | 'client-key') =>
    readPem({ key, data: entry[`${key}-data`], file: entry[key], folder, owner }, signal);
  const [certificate, key] = await Promise.all([read('client-certificate'), read('client-key')]);
  if (certificate === undefined && key === undefined) return {};
  if (certificate === undefined || key === undefined) {
    const lacking = key === undefined ? 'client-key' : 'client-certificate';
    throw invalid(`The ${owner} has half of a client certificate: ${lacking} is missing.`, 'Add it to the kubeconfig.');
  }
  checkPair(certificate, key, owner);
  return { certificate, key };
}

function withCertificate(source: CredentialSource, certificate: Credential): CredentialSource {
  if (certificate.certificate === undefined) return source;
  return {
    current: async (signal) => ({ ...certificate, ...(await source.current(signal)) }),
    renew: (refused, signal) => source.renew(refused, signal),
    dispose: () => source.dispose?.(),
  };
}
