import { SlipwayError } from '../../protocol/index.ts';
import type { IssuerFault } from '../provider/fault.ts';

/** Nobody is signed in, or no longer. @param reason a sentence */
export function signInRequired(issuer: string, reason: string | undefined): SlipwayError {
  const message = reason ?? `Nobody is signed in to the identity provider ${issuer}.`;
  return new SlipwayError('signIn.required', message, { action: 'Sign in.' });
}

/** What providers say of a refresh token that they no longer accept, and what it means. */
const meanings: readonly (readonly [RegExp, string])[] = [
  [/session not active|session doesn't have required client/i, 'the session at the identity provider is over'],
  [/reuse/i, 'the identity provider saw a refresh token used twice'],
  [/offline user session not found/i, 'the offline session was taken back at the identity provider'],
  [/stale token/i, 'the refresh token is too old'],
  [/invalid refresh token|not active|expired/i, 'the refresh token is no longer valid'],
];

/** Why a refresh ended the sign-in for good, as a sentence; undefined for a fault that may pass. */
export function endingOf(fault: IssuerFault): string | undefined {
  if (fault.kind !== 'oauth' || !['invalid_grant', 'login_required', 'interaction_required'].includes(fault.error)) {
    return undefined;
  }
  const meaning = meanings.find(([pattern]) => pattern.test(fault.said))?.[1];
  const said = fault.said === '' || fault.said === 'grant request is invalid' ? undefined : fault.said;
  const why =
    meaning ??
    (said === undefined
      ? 'the identity provider no longer accepts the refresh token'
      : `the identity provider says "${said}"`);
  return ended(why);
}

export const ended = (why: string): string => `The sign-in has ended: ${why}.`;

/** A provider that gives no refresh token. */
export const withoutRefreshToken = ended(
  'the identity provider gave no refresh token; it may do so for the scope offline_access',
);
/** A token that is for the API server is not renewed. */
export const withoutIdToken = ended('the identity provider gives no new id token when tokens are refreshed');
/** The keyring has lost what it held. */
export const withoutSecret = ended('the keyring no longer holds its refresh token');
export const otherPerson = ended('the identity provider refreshed it with the tokens of somebody else');
