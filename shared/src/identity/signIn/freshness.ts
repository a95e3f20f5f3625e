import type { OidcSettings } from '../../protocol/index.ts';
import type { IdTokenClaims } from '../provider/claims.ts';
import type { Token, TokenSet } from '../provider/tokens.ts';

/** The longest time before its end that a token is renewed, milliseconds; short-lived ones in their last quarter. */
const mostMarginMs = 60_000;
/** A token that is refused so soon after it was given, milliseconds, is not refused for its age. */
const youngMs = 10_000;

/** The token that the API server of a context takes. */
export function tokenFor(settings: OidcSettings, tokens: TokenSet | undefined): Token | undefined {
  return settings.token === 'access_token' ? tokens?.accessToken : tokens?.idToken;
}

export function isFresh({ expiresAt, obtainedAt }: Token, now: number): boolean {
  return now < expiresAt - Math.min(mostMarginMs, (expiresAt - obtainedAt) / 4);
}

/** Refused, but a newer one would be just the same. */
export function isYoung({ expiresAt, obtainedAt }: Token, now: number): boolean {
  return now < expiresAt && now >= obtainedAt && now - obtainedAt < youngMs;
}

/** Claims that differ from token to token. */
const passing = new Set(['exp', 'iat', 'nbf', 'auth_time', 'nonce', 'at_hash', 'c_hash', 's_hash', 'jti']);

/** The claims that are about the person. */
export function lastingClaims(claims: IdTokenClaims): Record<string, unknown> {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !passing.has(name)));
}
