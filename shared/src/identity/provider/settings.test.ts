import { describe, expect, it } from 'vitest';
import type { OidcSettings } from '../../protocol/index.ts';
import { issuerUrl, scopeOf, signInId } from './settings.ts';

const settings: OidcSettings = { issuer: 'https://idp.example', clientId: 'slipway', scopes: ['openid', 'email'] };

describe('a sign-in', () => {
  it('is shared by contexts with the same issuer, client, scopes and audience, however they reach it', () => {
    const id = signInId(settings);
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    const same: Partial<OidcSettings> = {
      scopes: ['email', 'openid'],
      proxyUrl: 'http://p',
      groupsClaim: 'x',
      token: 'access_token',
    };
    expect(signInId({ ...settings, ...same })).toBe(id);
    const others = [{ issuer: 'https://idp.example/' }, { clientId: 'x' }, { scopes: ['openid'] }, { audience: 'x' }];
    expect(new Set([id, ...others.map((other) => signInId({ ...settings, ...other }))]).size).toBe(5);
  });

  it('asks for openid, and for what the provider has where the context names no scopes', () => {
    expect(scopeOf(settings, undefined)).toBe('openid email');
    expect(scopeOf({ ...settings, scopes: ['groups'] }, undefined)).toBe('openid groups');
    expect(scopeOf({ ...settings, scopes: undefined }, ['openid', 'email', 'offline_access'])).toBe('openid email');
    expect(scopeOf({ ...settings, scopes: undefined }, undefined)).toBe('openid');
  });
});

describe('an issuer', () => {
  it.each(['https://idp.example/realms/x', 'http://127.0.0.1:8080', 'http://localhost/x', 'http://[::1]:1/'])(
    '%s is asked',
    (issuer) => expect(issuerUrl(issuer).href).toContain(issuer),
  );

  it.each([
    '',
    'idp.example',
    'file:///etc/passwd',
    'http://idp.example',
    'http://127.0.0.1.example',
    'http://10.0.0.1',
  ])('%j is not', (issuer) =>
    expect(() => issuerUrl(issuer)).toThrow(expect.objectContaining({ code: 'issuer.invalid' })),
  );
});
