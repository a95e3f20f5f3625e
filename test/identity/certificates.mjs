/** A certificate authority of our own and a certificate for 127.0.0.1, by openssl, anew for each server. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execute } from '../cluster/tools/processes.mjs';

/**
 * Makes `ca.crt`, `server.crt` and `server.key` in a folder, which nobody else can look into.
 * @returns the paths of the three
 */
export async function makeCertificates(folder) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const openssl = (...args) => execute('openssl', args, { cwd: folder });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc'];
  const authority = ['-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=slipway-test-identity-ca', '-days', '30'];
  await openssl('req', '-x509', ...key, ...authority, '-addext', 'keyUsage=critical,keyCertSign,cRLSign');
  writeFileSync(join(folder, 'extensions'), 'extendedKeyUsage=serverAuth\nsubjectAltName=IP:127.0.0.1,DNS:localhost\n');
  await openssl('req', ...key, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=keycloak');
  const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '30'];
  await openssl('x509', '-req', '-in', 'server.csr', ...signed, '-extfile', 'extensions', '-out', 'server.crt');
  const path = (name) => join(folder, name);
  return { authority: path('ca.crt'), certificate: path('server.crt'), key: path('server.key') };
}
