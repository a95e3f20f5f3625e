import { getCACertificates } from 'node:tls';

let all: string[] | undefined;

/** The certificate authorities of Node and of the operating system, PEM. Read once. */
export function trustedAuthorities(): string[] {
  all ??= [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];
  return all;
}
