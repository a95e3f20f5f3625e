import { describe, expect, it } from 'vitest';
import { explainFailure } from '../errors.ts';
import { resources } from '../resources.ts';
import { credentialFacts } from '../transport/credentialFacts.ts';
import { ApiFailure } from '../transport/failures.ts';
import { parseStatus } from '../transport/status.ts';

const { signal } = new AbortController();
const now = Date.UTC(2026, 10, 25, 12);
const attempt = {
  cluster: { context: 'gpu', server: 'https://k8s:6443', user: 'alice', namespace: 'ds-team' },
  verb: 'get',
  path: { type: resources.pods, namespace: 'ds-team', name: 'p' },
};

describe('a 401', () => {
  const jwt = (claims: object) => `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.hidden-signature`;
  const refuse = (authorization: string | undefined, date?: number) =>
    explainFailure(
      new ApiFailure({
        status: 401,
        body: parseStatus('{"kind":"Status","message":"Unauthorized"}'),
        message: 'Unauthorized',
        date,
        credential: credentialFacts({ authorization }),
      }),
      attempt,
      signal,
      now,
    );

  it.each([
    [`Bearer ${jwt({ exp: now / 1000 - 60 })}`, undefined, /its token expired at 2026-11-25T11:59:00Z\.$/],
    [`Bearer ${jwt({ exp: now / 1000 + 60 })}`, now + 120_000, /its token expired at/],
    [`Bearer ${jwt({ nbf: now / 1000 + 60 })}`, undefined, /valid only from 2026-11-25T12:01:00Z on/],
    [`Bearer ${jwt({ exp: now / 1000 + 9000 })}`, now - 300_000, /differ by 300 s/],
    [`Bearer ${jwt({ exp: now / 1000 + 9000 })}`, now, /does not know the token, or no longer/],
    [`Bearer ${jwt({ exp: 'soon' })}`, undefined, /does not know the token/],
    [`Bearer ${jwt({ exp: 1e300 })}`, undefined, /does not know the token/],
    [`Bearer ${jwt({ exp: -1e300 })}`, undefined, /does not know the token/],
    ['Bearer opaque-secret', undefined, /does not know the token/],
    ['Basic c2VjcmV0', undefined, /does not know the password/],
    [undefined, undefined, /gives no credential/],
  ])('for %j says why', (authorization, date, words) => {
    const error = refuse(authorization, date);
    expect(error.code).toBe('cluster.unauthorized');
    expect(error.message).toMatch(/^The cluster gpu did not accept the user alice: /);
    expect(error.message).toMatch(words);
    expect(JSON.stringify(error.cause)).not.toMatch(/hidden-signature|opaque-secret|c2VjcmV0/);
  });
});
