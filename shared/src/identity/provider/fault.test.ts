import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TransportFailure } from '../../kubernetes/index.ts';
import { faultOf } from './fault.ts';
import { saidText } from './saidText.ts';
import { issuerError } from './wording.ts';

const issuer = 'https://idp.example';

/** An error as openid-client throws them. */
const error = (fields: object, cause?: unknown) => Object.assign(new Error('words', { cause }), fields);

describe('what openid-client throws', () => {
  it.each([
    [error({ code: 'x' }, new TransportFailure('untrusted', 'no', { code: 'CERT_HAS_EXPIRED' })), 'issuer.untrusted'],
    [error({}, new TransportFailure('timeout', 'late')), 'issuer.unreachable'],
    [error({}, new TransportFailure('protocol', 'http://x has no TLS')), 'issuer.invalid'],
    [error({ code: 'OAUTH_TIMEOUT' }), 'issuer.unreachable'],
    [error({ error: 'access_denied' }), 'signIn.denied'],
    [error({ error: 'temporarily_unavailable', status: 503 }), 'issuer.unreachable'],
    [error({ error: 'slow_down', status: 429 }), 'issuer.unreachable'],
    [error({ error: 'expired_token' }), 'signIn.timeout'],
    [error({ code: 'OAUTH_WWW_AUTHENTICATE_CHALLENGE' }), 'signIn.failed'],
    [error({ code: 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED' }), 'signIn.failed'],
    [error({ code: 'OAUTH_JWT_CLAIM_COMPARISON_FAILED' }), 'issuer.invalid'],
    [error({ code: 'OAUTH_MISSING_SERVER_METADATA' }), 'signIn.failed'],
    [error({ code: 'OAUTH_HTTP_REQUEST_FORBIDDEN' }), 'issuer.invalid'],
    ['a text', 'issuer.invalid'],
    [undefined, 'issuer.invalid'],
  ])('%s becomes %s', (thrown, code) => {
    const said = issuerError(faultOf(thrown), issuer);
    expect(said.code).toBe(code);
    expect(said.action).toMatch(/\.$/);
    expect(said.message).toMatch(/\.$/);
  });

  it('tells nothing of the answers in it', () => {
    const body = { access_token: 'a-secret', refresh_token: 'a-secret', issuer: 7 };
    const thrown = error({ code: 'OAUTH_INVALID_RESPONSE' }, error({ code: 'OAUTH_INVALID_RESPONSE' }, { body }));
    const said = issuerError(faultOf(thrown), issuer);
    expect(JSON.stringify([said.message, said.action, said.cause ?? '', said.stack])).not.toContain('a-secret');
  });

  it('may go round in circles', () => {
    const one = error({});
    one.cause = one;
    expect(faultOf(one).kind).toBe('strange');
  });
});

describe('what a provider says', () => {
  it('is one line, not too long, without control characters, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 2000, unit: 'binary' }), fc.jsonValue()), (text) => {
        const said = saidText(text);
        expect(said.length).toBeLessThanOrEqual(200);
        expect(said).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\n]/u);
      }),
    );
    expect(saidText('  no\n\u001b[1m\u202Eway. ')).toBe('no [1m way');
  });
});
