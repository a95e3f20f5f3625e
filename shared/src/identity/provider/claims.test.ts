import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OidcSettings } from '../../protocol/index.ts';
import { personOf, readClaims, timeOf } from './claims.ts';

const settings: OidcSettings = { issuer: 'https://idp.example', clientId: 'slipway' };
const encoded = (text: string) => Buffer.from(text).toString('base64url');
const token = (claims: unknown) => `${encoded('{}')}.${encoded(JSON.stringify(claims))}.sig`;

describe('the claims of a token', () => {
  it('come back as they were put in', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string().filter((name) => name !== '__proto__'),
          fc.jsonValue(),
        ),
        (claims) => {
          expect(readClaims(token(claims))).toEqual(JSON.parse(JSON.stringify(claims)));
        },
      ),
    );
  });

  it.each(['', 'a.b', 'a.b.c', 'a.b.c.d', `a.${encoded('[]')}.c`, `a.${encoded('null')}.c`, `a.!${encoded('{}')}.c`])(
    'are not in %j',
    (text) => expect(readClaims(text)).toBeUndefined(),
  );

  it('are undefined for anything else, whatever it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readClaims(text)).toBeUndefined();
      }),
    );
    expect(readClaims(token({ x: 'x'.repeat(300_000) }))).toBeUndefined();
  });
});

describe('the person that a token is about', () => {
  it.each([
    [{ sub: 's' }, {}, { user: 's' }],
    [{ sub: 's', preferred_username: 'alice' }, {}, { user: 'alice' }],
    [{ sub: 's', preferred_username: 'alice', email: 'a@b' }, {}, { user: 'a@b', email: 'a@b' }],
    [{ sub: 's', email: 'a@b' }, { usernameClaim: 'upn' }, { user: 's', email: 'a@b' }],
    [{ sub: 's', upn: 'u' }, { usernameClaim: 'upn' }, { user: 'u' }],
    [{ sub: 's', groups: ['a', 7, 'b'] }, {}, { user: 's', groups: ['a', 'b'] }],
    [{ sub: 's', groups: 'a' }, {}, { user: 's', groups: ['a'] }],
    [{ sub: 's', groups: { a: 1 } }, {}, { user: 's' }],
    [{ sub: 's', roles: ['x'] }, { groupsClaim: 'roles' }, { user: 's', groups: ['x'] }],
    [{}, {}, { user: '' }],
  ])('%j with %j', (claims, own, person) => {
    expect(personOf(claims, { ...settings, ...own })).toEqual(person);
  });

  it('is bounded, whatever the token says', () => {
    const groups = Array.from({ length: 5000 }, () => 'g'.repeat(5000));
    const person = personOf({ sub: 's'.repeat(5000), groups }, settings);
    expect(person.user.length).toBe(1024);
    expect(person.groups?.length).toBe(1000);
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (claims) => void personOf(claims, settings)));
  });

  it('has times in whole milliseconds', () => {
    expect([timeOf(1.5), timeOf('1'), timeOf(Number.POSITIVE_INFINITY), timeOf(undefined)]).toEqual([
      1500,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
