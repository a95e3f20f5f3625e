import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { environmentProxy, parseProxy, pemOf } from '../../kubernetes/index.ts';
import { SlipwayError, type OidcSettings } from '../../protocol/index.ts';

/**
 * The only certificate authorities to trust for a provider, PEM; undefined: those of the system.
 * @throws SlipwayError `issuer.untrusted` where the context names some that cannot be used
 */
export async function authoritiesOf(settings: OidcSettings): Promise<string | undefined> {
  const { certificateAuthorityData: data, certificateAuthority: file } = settings;
  if (data !== undefined) {
    return checked(pemOf(data), 'oidc.certificateAuthorityData of the context');
  }
  if (file === undefined) return undefined;
  const path = resolve(file);
  try {
    return checked(await readFile(path, 'utf8'), path);
  } catch (error) {
    if (SlipwayError.is(error)) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw untrusted(`The certificate authority of the identity provider, ${path}, cannot be read (${code}).`);
  }
}

function checked(pem: string, name: string): string {
  try {
    new X509Certificate(pem);
    return pem;
  } catch {
    throw untrusted(`There is no certificate in ${name}.`);
  }
}

function untrusted(message: string): SlipwayError {
  return new SlipwayError('issuer.untrusted', message, {
    action:
      'Correct oidc.certificateAuthority in the context, or get it again from whoever runs the identity provider.',
  });
}

/**
 * Which proxy leads to a server: the context's, else what the environment names.
 * @throws SlipwayError `issuer.unreachable` without the proxy's URL, which may hold a password
 */
export function proxyRule(
  settings: OidcSettings,
  env: Readonly<Record<string, string | undefined>>,
): (server: URL) => URL | undefined {
  const own = settings.proxyUrl === undefined ? undefined : proxyUrl(settings.proxyUrl, 'oidc.proxyUrl of the context');
  return (server) => {
    if (own !== undefined) return own;
    const text = environmentProxy(server, env);
    return text === undefined ? undefined : proxyUrl(text, 'the variable HTTPS_PROXY');
  };
}

function proxyUrl(text: string, name: string): URL {
  const url = parseProxy(text);
  if (url !== undefined) return url;
  const message = `The proxy in ${name} is no URL that starts with http://, https:// or socks5://.`;
  throw new SlipwayError('issuer.unreachable', message, { action: 'Correct it, or leave it out.' });
}
