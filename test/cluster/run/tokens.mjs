/** ID tokens of the cluster's issuer, for people that need not exist. */
import { createSign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { issuerUrl, oidcAudience, paths } from '../settings.mjs';

/**
 * A signed ID token. The API server takes it for the user `oidc:<email>` in the groups `oidc:<group>`.
 * `seconds` is how long it is valid from now; below 0 it has expired.
 */
export function idToken(email, { groups = [], seconds = 3600, claims = {} } = {}) {
  const now = Math.floor(Date.now() / 1000);
  const content = {
    iss: issuerUrl,
    aud: oidcAudience,
    sub: email,
    email,
    email_verified: true,
    groups,
    iat: Math.min(now, now + seconds - 1),
    exp: now + seconds,
    ...claims,
  };
  const signed = [{ alg: 'RS256', typ: 'JWT', kid: '1' }, content].map(base64url).join('.');
  const key = readFileSync(join(paths.pki, 'tokens.key'));
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key, 'base64url')}`;
}

const base64url = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
