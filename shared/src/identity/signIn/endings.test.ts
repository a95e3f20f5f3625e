import { describe, expect, it } from 'vitest';
import type { IssuerFault } from '../provider/fault.ts';
import type { Token } from '../provider/tokens.ts';
import { endingOf } from './endings.ts';
import { isFresh, isYoung, lastingClaims } from './freshness.ts';

const refused = (said: string, error = 'invalid_grant'): IssuerFault => ({ kind: 'oauth', error, said });

describe('a refresh that failed', () => {
  // What Keycloak 26 says, in the order of its code.
  it.each([
    ['Session not active', 'the session at the identity provider is over'],
    ["Session doesn't have required client", 'the session at the identity provider is over'],
    ['Maximum allowed refresh token reuse exceeded', 'the identity provider saw a refresh token used twice'],
    ['Offline user session not found', 'the offline session was taken back at the identity provider'],
    ['Stale token', 'the refresh token is too old'],
    ['Invalid refresh token', 'the refresh token is no longer valid'],
    ['Token is not active', 'the refresh token is no longer valid'],
    ['', 'the identity provider no longer accepts the refresh token'],
    ['Go away', 'the identity provider says "Go away"'],
  ])('is the end for %j', (said, why) => {
    expect(endingOf(refused(said))).toBe(`The sign-in has ended: ${why}.`);
  });

  it('is not the end where it may pass', () => {
    const faults: IssuerFault[] = [
      refused('x', 'invalid_client'),
      refused('x', 'temporarily_unavailable'),
      { kind: 'late' },
      { kind: 'busy', status: 503 },
      { kind: 'strange', why: 'it answered HTTP 404' },
    ];
    expect(faults.map(endingOf)).toEqual(faults.map(() => undefined));
  });
});

describe('a token', () => {
  const lasting = (seconds: number): Token => ({ text: 't', obtainedAt: 0, expiresAt: seconds * 1000, claims: {} });

  it.each([
    [300, 239_999, true],
    [300, 240_000, false],
    [30, 22_000, true],
    [30, 22_500, false],
    [36_000, 35_939_999, true],
  ])('of %i s after %i ms is fresh: %s', (seconds, now, fresh) => {
    expect(isFresh(lasting(seconds), now)).toBe(fresh);
  });

  it('is young for ten seconds, unless it is over or from the future', () => {
    expect([0, 9999, 10_000].map((now) => isYoung(lasting(300), now))).toEqual([true, true, false]);
    expect([isYoung(lasting(5), 6000), isYoung(lasting(300), -1)]).toEqual([false, false]);
  });

  it('leaves the claims about the person', () => {
    expect(lastingClaims({ sub: 's', exp: 1, iat: 1, jti: 'x', groups: [] })).toEqual({ sub: 's', groups: [] });
  });
});
