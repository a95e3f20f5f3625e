import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testToken } from './testing/brokenCluster.ts';
import { type Entry, KubeconfigPlace } from './testing/kubeconfigPlace.ts';

let place: KubeconfigPlace;

beforeAll(async () => {
  place = await KubeconfigPlace.create();
});
afterAll(() => place.authority.dispose());
beforeEach(() => place.begin());
afterEach(() => place.end());

describe('a kubeconfig', () => {
  it('that KUBECONFIG names and that is not there, or none at all, is told', async () => {
    const env = { KUBECONFIG: join(place.folder, 'missing') };
    expect(await place.refuse(undefined, { env })).toMatchObject({ code: 'kubeconfig.invalid' });
    expect((await place.refuse(undefined)).message).toMatch(/There is no kubeconfig: .*\.kube\/config does not exist/);
  });

  it('may be given up while it is read', async () => {
    const config = await place.write({ token: testToken });
    expect(await place.refuse(config, { signal: AbortSignal.abort() })).toMatchObject({ code: 'cancelled' });
  });

  it.each<[string, Entry, { cluster?: Entry; context?: Entry }, RegExp]>([
    [
      'auth-provider',
      { 'auth-provider': { name: 'gcp', config: { 'access-token': testToken } } },
      {},
      /auth-provider, which Kubernetes removed/,
    ],
    [
      'half of a certificate',
      { 'client-certificate-data': Buffer.from('-----BEGIN X').toString('base64') },
      {},
      /client-key is missing/,
    ],
    [
      'a missing certificate file',
      { 'client-certificate': 'no.crt', 'client-key': 'no.key' },
      {},
      /no\.(crt|key), does not exist/,
    ],
    [
      'data that is no PEM',
      { 'client-key-data': testToken, 'client-certificate-data': testToken },
      {},
      /is not PEM in base64/,
    ],
    ['a broken pair', pem('-----BEGIN CERTIFICATE-----\nx', '-----BEGIN PRIVATE KEY-----\nx'), {}, /cannot be used/],
    ['a token that is none', { token: `${testToken}\r\nx: y` }, {}, /The token of the user "alice" is no token/],
    [
      'a token that is no text',
      { token: 12 },
      {},
      /user "alice" in the kubeconfig .* cannot be used: token: expected string/,
    ],
    ['no server', {}, { cluster: { server: '' } }, /it names no server/],
    ['a server that is none', {}, { cluster: { server: `ftp://x:${testToken}@y` } }, /its server is no URL/],
    ['a CA that is none', {}, { cluster: pemCa('-----BEGIN CERTIFICATE-----\nx') }, /holds no certificate/],
    [
      'a CA file that is missing',
      {},
      { cluster: { 'certificate-authority-data': '', 'certificate-authority': 'no.crt' } },
      /no\.crt, does not exist/,
    ],
    ['a proxy that is none', {}, { cluster: { 'proxy-url': `ftp://x:${testToken}@y` } }, /its proxy-url is no URL/],
    ['an unknown cluster', {}, { context: { cluster: 'nope' } }, /names the cluster "nope", which does not exist/],
    ['an unknown user', {}, { context: { user: 'nope' } }, /names the user "nope", which does not exist/],
    ['no cluster', {}, { context: { cluster: '' } }, /it names no cluster/],
  ])('with %s is refused in words', async (_name, user, more, words) => {
    const error = await place.refuse(await place.write(user, more));
    expect(error.code).toBe('kubeconfig.invalid');
    expect(error.message).toMatch(words);
    expect(error.action).toBeTruthy();
    expect(`${error.message} ${error.action ?? ''}`).not.toContain(testToken);
  });

  it('that is not there, not to be read, or has no such context is told', async () => {
    const config = await place.write({ token: testToken });
    const unknown = await place.refuse(config, { kubeconfigContext: 'nope' });
    expect(unknown.message).toMatch(/has no context "nope"/);
    expect(unknown.action).toBe('Choose another context. It has: here.');
    expect((await place.refuse(join(place.folder, 'nope'))).message).toMatch(/There is no kubeconfig .*nope/);
    expect((await place.refuse(place.folder)).message).toMatch(/is a folder, not a kubeconfig/);
    await writeFile(join(place.folder, 'empty'), '');
    expect((await place.refuse(join(place.folder, 'empty'))).message).toMatch(/has no current context/);
  });

  it('with a key that is not of its certificate is refused', async () => {
    const [one, other] = await Promise.all([place.authority.issue('/CN=a', ''), place.authority.issue('/CN=b', '')]);
    const error = await place.refuse(await place.write(pem(one.certificate, other.key)));
    expect(error.message).toMatch(/do not belong together/);
  });
});

function pem(certificate: string, key: string): Entry {
  const data = (text: string) => Buffer.from(text).toString('base64');
  return { 'client-certificate-data': data(certificate), 'client-key-data': data(key) };
}

function pemCa(text: string): Entry {
  return { 'certificate-authority-data': Buffer.from(text).toString('base64') };
}
