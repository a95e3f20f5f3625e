import { isRecord } from '../provider/claims.ts';

/** The algorithm that a JWT names for its signature; undefined where it is none. */
export function signatureAlgorithm(token: string): string | undefined {
  const [header = '', ...rest] = token.slice(0, 256 * 1024).split('.');
  if (rest.length !== 2 || !/^[\w-]+$/.test(header)) return undefined;
  try {
    const content: unknown = JSON.parse(Buffer.from(header, 'base64url').toString('utf8'));
    return isRecord(content) && typeof content.alg === 'string' ? content.alg.slice(0, 32) : undefined;
  } catch {
    return undefined;
  }
}
