import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { codeOf } from '../transport/faultOf.ts';
import { invalid } from './faults.ts';

/** PEM text out of an entry: `KEY-data` as base64, else the file `KEY`, relative to the kubeconfig. */
export interface PemPlace {
  readonly key: string;
  readonly data: string | undefined;
  readonly file: string | undefined;
  readonly folder: string;
  /** `user "alice"`, for messages. */
  readonly owner: string;
}

/**
 * Undefined where the entry has neither.
 * @throws SlipwayError `kubeconfig.invalid` without any part of the data
 */
export async function readPem(place: PemPlace, signal: AbortSignal): Promise<string | undefined> {
  const { key, data, file, owner } = place;
  if (data !== undefined) {
    const pem = Buffer.from(data, 'base64').toString('utf8');
    if (!pem.includes('-----BEGIN ')) {
      throw invalid(
        `${key}-data of the ${owner} is not PEM in base64.`,
        'Copy it again from whoever made the kubeconfig.',
      );
    }
    return pem;
  }
  if (file === undefined) return undefined;
  return readPemFile(resolve(place.folder, file), place, signal);
}

async function readPemFile(path: string, { key, owner }: PemPlace, signal: AbortSignal): Promise<string> {
  try {
    const pem = await readFile(path, { encoding: 'utf8', signal });
    if (pem.includes('-----BEGIN ')) return pem;
  } catch (error) {
    signal.throwIfAborted();
    const why = codeOf(error) === 'ENOENT' ? 'does not exist' : `cannot be read (${codeOf(error)})`;
    throw invalid(`The ${key} of the ${owner}, ${path}, ${why}.`, 'Correct its path in the kubeconfig.', error);
  }
  throw invalid(`The ${key} of the ${owner}, ${path}, is not a PEM file.`, 'Correct its path in the kubeconfig.');
}

/** PEM as it is, or out of its base64: a context of ours takes both. */
export function pemOf(data: string): string {
  return data.includes('-----BEGIN ') ? data : Buffer.from(data, 'base64').toString('utf8');
}

/** @throws SlipwayError `kubeconfig.invalid` when it holds no certificate */
export function checkAuthorities(pem: string, owner: string): void {
  try {
    new X509Certificate(pem);
  } catch (error) {
    const message = `The certificate-authority of the ${owner} holds no certificate.`;
    throw invalid(message, 'Copy it again from whoever made the kubeconfig.', error);
  }
}

/**
 * Checks that a client certificate and its key can be used together.
 * @throws SlipwayError `kubeconfig.invalid`
 */
export function checkPair(certificate: string, key: string, owner: string): void {
  try {
    createSecureContext({ cert: certificate, key });
  } catch (error) {
    const code = codeOf(error);
    const why =
      code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH'
        ? 'do not belong together'
        : /BAD_PASSWORD|INTERRUPTED|PASSWORD|BAD_DECRYPT/.test(code)
          ? 'cannot be used: the key is locked by a password'
          : `cannot be used (${code})`;
    throw invalid(`The client certificate and key of the ${owner} ${why}.`, 'Get the pair again.');
  }
}
