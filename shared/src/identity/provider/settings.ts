import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { SlipwayError, type OidcSettings } from '../../protocol/index.ts';

/** What is asked for where a context names no scopes, as far as the provider has them. */
const defaultScopes = ['openid', 'profile', 'email', 'groups'];

/** The scopes to ask for, in one string. A sign-in without `openid` is none. */
export function scopeOf(settings: OidcSettings, supported: readonly string[] | undefined): string {
  const wanted =
    settings.scopes ?? defaultScopes.filter((scope) => scope === 'openid' || (supported ?? []).includes(scope));
  return [...new Set(['openid', ...wanted])].join(' ');
}

/** Names the sign-in that contexts share: 32 hexadecimal digits of issuer, client id, scopes and audience. */
export function signInId(settings: OidcSettings): string {
  const scopes = [...new Set(settings.scopes ?? [])].sort();
  const identity = [settings.issuer, settings.clientId, scopes, settings.audience ?? ''];
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 32);
}

/**
 * The issuer as a URL.
 * @throws SlipwayError `issuer.invalid` where it is none, or where tokens could be read on the way
 */
export function issuerUrl(issuer: string): URL {
  const url = URL.parse(issuer);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.hostname === '') {
    throw new SlipwayError('issuer.invalid', 'The issuer of the context is no URL that starts with https://.', {
      action: 'Correct the issuer in the context.',
    });
  }
  if (!isProtected(url)) {
    throw new SlipwayError(
      'issuer.invalid',
      `The issuer ${issuer} has no TLS: anybody on the way could read what is sent, and sign in as you.`,
      { action: 'Use its https address.' },
    );
  }
  return url;
}

/** TLS, or no way that anybody else is on. */
export function isProtected(url: URL): boolean {
  if (url.protocol === 'https:') return true;
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
