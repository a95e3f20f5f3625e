import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlipwayError, type OidcSettings } from '../../protocol/index.ts';
import type { IdTokenClaims } from '../provider/claims.ts';
import { diagnoseRefusal, type RefusedToken } from './selfDiagnosis.ts';
import { signatureAlgorithm } from './token.ts';
import { whoAmI } from './whoAmI.ts';

const settings: OidcSettings = { issuer: 'https://sso.example/realms/lab', clientId: 'slipway' };
const now = Date.UTC(2026, 0, 2, 12, 0, 0);
const seconds = now / 1000;
const minute = 60;

/** A token that nothing is wrong with. */
const good: IdTokenClaims = {
  iss: settings.issuer,
  aud: ['slipway', 'kubernetes'],
  sub: 'u1',
  exp: seconds + 5 * minute,
  iat: seconds - minute,
  email: 'alice@example.com',
  email_verified: true,
  groups: ['ds-team'],
};

function refused(claims: IdTokenClaims, changes: Partial<RefusedToken> = {}): Record<string, string> {
  const token = { claims: { ...good, ...claims }, algorithm: 'RS256', settings, now, serverDate: now, ...changes };
  return Object.fromEntries(diagnoseRefusal(token).map(({ name, outcome, detail }) => [name, `${outcome}: ${detail}`]));
}

describe('why an API server refuses a token', () => {
  it('cannot be said of one that nothing is wrong with', () => {
    expect(refused({})).toEqual({
      clock: 'pass: the token is good for 5m 0s',
      issuer: `pass: ${settings.issuer}`,
      audience: 'pass: slipway, kubernetes',
      signature: 'pass: RS256',
      email: 'pass: alice@example.com',
      groups: 'pass: ds-team',
      'API server': 'warn: nothing in the token explains it as seen from here',
    });
  });

  it.each<[string, IdTokenClaims, Partial<RefusedToken>, string, string]>([
    [
      'a clock ten minutes ahead',
      {},
      { serverDate: now + 600_000 },
      'clock',
      "fail: the API server's clock is 10m 0s ahead of this machine's",
    ],
    [
      'a clock behind',
      {},
      { serverDate: now - 90_000 },
      'clock',
      "fail: the API server's clock is 1m 30s behind this machine's",
    ],
    [
      'a token of tomorrow',
      { nbf: seconds + 3600 },
      {},
      'clock',
      "fail: the token is not good before 1h 0m from now, by the API server's clock",
    ],
    [
      'a token that was made ahead of time',
      { iat: seconds + 600 },
      {},
      'clock',
      "fail: the token is not good before 10m 0s from now, by the API server's clock",
    ],
    [
      'a token that has ended',
      { exp: seconds - 12 },
      {},
      'clock',
      "fail: the token ended 12s ago, by the API server's clock",
    ],
    ['a token without an end', { exp: 'soon' }, {}, 'clock', 'fail: the token does not say when it ends'],
    [
      'an unknown server clock',
      { exp: seconds - 12 },
      { serverDate: undefined },
      'clock',
      "fail: the token ended 12s ago, by the API server's clock",
    ],
    [
      'a slash at the end of the issuer',
      { iss: `${settings.issuer}/` },
      {},
      'issuer',
      `fail: the token is by ${settings.issuer}/, the context says ${settings.issuer}: they differ by a slash at the end`,
    ],
    [
      'another issuer',
      { iss: 'https://other' },
      {},
      'issuer',
      `fail: the token is by https://other, the context says ${settings.issuer}`,
    ],
    ['no audience', { aud: undefined }, {}, 'audience', 'warn: the token is for nobody, and not for slipway'],
    ['a single audience', { aud: 'slipway' }, {}, 'audience', 'pass: slipway'],
    ['another audience', { aud: 'account' }, {}, 'audience', 'warn: the token is for account, and not for slipway'],
    [
      'another audience than the context asks for',
      {},
      { settings: { ...settings, audience: 'k8s' } },
      'audience',
      'fail: the token is for slipway, kubernetes, and not for k8s',
    ],
    [
      'another algorithm',
      {},
      { algorithm: 'ES256' },
      'signature',
      'warn: the token is signed with ES256; an API server takes RS256 unless told otherwise',
    ],
    [
      'an unknown algorithm',
      {},
      { algorithm: undefined },
      'signature',
      'skipped: how the token is signed cannot be seen',
    ],
    [
      'an address that is not verified',
      { email_verified: false },
      { settings: { ...settings, usernameClaim: 'email' } },
      'email',
      'fail: alice@example.com is not verified (email_verified is false)',
    ],
    [
      'no address where people are known by it',
      { email: undefined },
      { settings: { ...settings, usernameClaim: 'email' } },
      'email',
      'fail: the token has no email, by which people are known here',
    ],
    [
      'no address where another name counts',
      { email: undefined },
      { settings: { ...settings, usernameClaim: 'sub' } },
      'email',
      'pass: not asked for: people are known by sub',
    ],
    ['no groups', { groups: undefined }, {}, 'groups', 'warn: the token has no claim groups'],
    [
      'groups under another name',
      { groups: undefined, roles: 'one' },
      { settings: { ...settings, groupsClaim: 'roles' } },
      'groups',
      'pass: one',
    ],
    [
      '300 groups',
      { groups: Array.from({ length: 300 }, (_, index) => `g${index}`) },
      {},
      'groups',
      'pass: g0, g1, g2, g3, g4, g5, g6, g7, g8, g9 and 290 more',
    ],
  ])('%s', (_what, claims, changes, check, expected) => {
    expect(refused(claims, changes)[check]).toBe(expected);
  });

  it('is looked for whatever the token says', () => {
    const value = fc.oneof(fc.anything(), fc.constant(good.exp), fc.string());
    const claims = fc.record({
      iss: value,
      aud: value,
      exp: value,
      nbf: value,
      iat: value,
      email: value,
      groups: value,
    });
    fc.assert(
      fc.property(claims, fc.string(), (odd, algorithm) => {
        for (const { detail } of diagnoseRefusal({ claims: odd, algorithm, settings, now, serverDate: now })) {
          expect(detail.length).toBeLessThan(20_000);
        }
      }),
    );
  });
});

describe('who I am', () => {
  const token = { claims: good, algorithm: 'RS256', settings };

  it('is told by both', async () => {
    const cluster = { user: 'oidc:alice', groups: ['oidc:ds-team'] };
    expect(await whoAmI({ token, askCluster: () => Promise.resolve(cluster), now: () => now })).toEqual({
      provider: {
        issuer: settings.issuer,
        user: 'alice@example.com',
        email: 'alice@example.com',
        groups: ['ds-team'],
        tokenExpiresAt: now + 300_000,
      },
      cluster,
      checks: [],
    });
  });

  it.each([
    ['cluster.unauthorized', 7],
    ['cluster.forbidden', 0],
    ['cluster.unreachable', 0],
  ] as const)('is told as far as it is known where the cluster says %s', async (code, checks) => {
    const askCluster = () => Promise.reject(new SlipwayError(code, 'No.', { action: 'Do.' }));
    const answer = await whoAmI({ token, askCluster, now: () => now });
    expect(answer).toMatchObject({
      provider: { user: 'alice@example.com' },
      failure: { message: 'No.', action: 'Do.' },
    });
    expect(answer.checks).toHaveLength(checks);
    await expect(whoAmI({ token: undefined, askCluster, now: () => now })).rejects.toMatchObject({ code });
  });

  it('is not told of a defect', async () => {
    const askCluster = () => Promise.reject(new TypeError('x'));
    await expect(whoAmI({ token, askCluster, now: () => now })).rejects.toThrow('x');
  });
});

it.each([
  ['eyJhbGciOiJSUzI1NiJ9.e30.x', 'RS256'],
  ['e30.e30.x', undefined],
  ['a.b', undefined],
  ['!!.e30.x', undefined],
  ['', undefined],
])('the algorithm of %j is %s', (text, algorithm) => expect(signatureAlgorithm(text)).toBe(algorithm));
