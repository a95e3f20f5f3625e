import type { TokenEndpointResponse, TokenEndpointResponseHelpers } from 'openid-client';
import { SlipwayError } from '../../protocol/index.ts';
import { type IdTokenClaims, isRecord, readClaims, timeOf } from './claims.ts';

export type TokenAnswer = TokenEndpointResponse & TokenEndpointResponseHelpers;

export interface Token {
  readonly text: string;
  /** By this machine's clock, epoch milliseconds. */
  readonly expiresAt: number;
  readonly obtainedAt: number;
  /** What it says; empty for an access token that is no JWT. */
  readonly claims: IdTokenClaims;
}

/** What a provider gave. Only in memory, but for what the vault keeps of it. */
export interface TokenSet {
  readonly idToken: Token | undefined;
  readonly accessToken: Token;
  readonly refreshToken: string | undefined;
}

/** The longest token that is taken, in characters: it has to fit into a header of a request. */
const longestToken = 64 * 1024;
/** An access token that does not say how long it lasts is taken for this long, milliseconds. */
const unsaidMs = 300_000;

/**
 * The tokens in a provider's answer.
 * @param now this machine's clock, epoch milliseconds; the provider's is `skewMs` ahead
 * @throws SlipwayError `issuer.invalid` for tokens that no request could carry
 */
export function tokensOf(answer: TokenAnswer, now: number, skewMs: number): TokenSet {
  const { id_token: id, access_token: access, refresh_token: refresh } = answer;
  for (const token of [id, access, refresh]) if (token !== undefined) checkToken(token);
  const claims: IdTokenClaims | undefined = answer.claims();
  const accessClaims = readClaims(access) ?? {};
  const lasting = answer.expires_in === undefined ? undefined : now + answer.expires_in * 1000;
  const ofClaim = timeOf(accessClaims.exp);
  return {
    idToken:
      id === undefined || claims === undefined
        ? undefined
        : { text: id, expiresAt: (timeOf(claims.exp) ?? 0) - skewMs, obtainedAt: now, claims },
    accessToken: {
      text: access,
      expiresAt: lasting ?? (ofClaim === undefined ? now + unsaidMs : ofClaim - skewMs),
      obtainedAt: now,
      claims: isRecord(accessClaims) ? accessClaims : {},
    },
    refreshToken: refresh,
  };
}

/** What a header of a request can carry. */
export function isToken(text: string): boolean {
  return text.length <= longestToken && /^[\x21-\x7e]+$/.test(text);
}

function checkToken(token: string): void {
  if (isToken(token)) return;
  throw new SlipwayError('issuer.invalid', 'The identity provider gave a token that no request can carry.', {
    action: 'Ask whoever runs the identity provider; a token with very many groups can be too long.',
  });
}
