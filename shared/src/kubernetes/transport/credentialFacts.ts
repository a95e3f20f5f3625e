import { X509Certificate } from 'node:crypto';
import * as z from 'zod';
import type { Credential } from '../credentials.ts';

/** What may be told about a credential: no part of it, only what kind it is and how long it holds. Times in epoch ms. */
export interface CredentialFacts {
  readonly kind: 'token' | 'certificate' | 'password' | 'none';
  readonly notBefore?: number | undefined;
  readonly expires?: number | undefined;
}

export function credentialFacts(credential: Credential): CredentialFacts {
  if (credential.authorization?.startsWith('Bearer ') === true) {
    return { kind: 'token', ...tokenTimes(credential.authorization.slice('Bearer '.length)) };
  }
  if (credential.authorization !== undefined) return { kind: 'password' };
  if (credential.certificate === undefined) return { kind: 'none' };
  return { kind: 'certificate', ...certificateTimes(credential.certificate) };
}

/** The last second that a Date can hold. */
const latestTime = 8.64e12;

const claimsSchema = z.object({
  exp: z.number().min(0).max(latestTime).optional().catch(undefined),
  nbf: z.number().min(0).max(latestTime).optional().catch(undefined),
});

/** `exp` and `nbf` of a JWT; nothing for an opaque token. The signature is the server's business. */
function tokenTimes(token: string): { notBefore?: number; expires?: number } {
  const payload = token.split('.')[1];
  if (payload === undefined) return {};
  try {
    const claims = claimsSchema.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
    return {
      ...(claims.nbf === undefined ? {} : { notBefore: claims.nbf * 1000 }),
      ...(claims.exp === undefined ? {} : { expires: claims.exp * 1000 }),
    };
  } catch {
    return {};
  }
}

function certificateTimes(pem: string): { notBefore?: number; expires?: number } {
  try {
    const certificate = new X509Certificate(pem);
    return { notBefore: Date.parse(certificate.validFrom), expires: Date.parse(certificate.validTo) };
  } catch {
    return {};
  }
}
