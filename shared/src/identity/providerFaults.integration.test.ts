import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestAuthority } from '../kubernetes/testing/certificates.ts';
import { connectProxy } from '../kubernetes/testing/proxies.ts';
import type { OidcSettings } from '../protocol/index.ts';
import { startWorker } from './testing/startWorker.ts';
import { signIn, type TestIdentities } from './testing/testIdentity.ts';
import { signInRig } from './testing/signInRig.ts';
import { startProvider, type Intercept, type TestProvider } from './testing/testProvider.ts';

const never = new AbortController().signal;
let provider: TestProvider;
let identities: TestIdentities;

signInRig((rig) => ({ provider, identities } = rig));

/** What comes of a sign-in when everything of the provider answers like this. */
async function failureOf(settings: OidcSettings, intercept?: Intercept): Promise<unknown> {
  provider.intercept = intercept;
  const identity = identities.open({ limits: { headersMs: 300, bodyIdleMs: 300, bodyBytes: 64 * 1024 } });
  return signIn(identity, settings).then(
    () => undefined,
    (error: unknown) => error,
  );
}

const answer =
  (status: number, type: string, body: string): Intercept =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': type }).end(body);
    return true;
  };

const json = (content: object) => answer(200, 'application/json', JSON.stringify(content));

describe('an issuer', () => {
  it.each([
    ['ftp://idp.example', 'issuer.invalid', 'is no URL that starts with https://'],
    ['http://idp.example', 'issuer.invalid', 'has no TLS: anybody on the way could read what is sent'],
    ['https://127.0.0.1:1', 'issuer.unreachable', 'cannot be reached: nothing listens there'],
    ['https://idp.invalid', 'issuer.unreachable', 'cannot be reached: there is no'],
  ])('%s is refused', async (issuer, code, words) => {
    expect(await failureOf({ ...provider.settings, issuer })).toMatchObject({
      code,
      message: expect.stringContaining(words),
      action: expect.any(String),
    });
  });

  it('may have a slash too many', async () => {
    const settings = { ...provider.settings, issuer: `${provider.issuer}/` };
    const identity = identities.open();
    expect(await signIn(identity, settings)).toMatchObject({ state: 'signedIn' });
  });

  it.each([
    ['a web page', answer(200, 'text/html', '<html>'), 'issuer.invalid', 'it sent something else than JSON'],
    ['nothing of it', answer(404, 'text/html', '<html>'), 'issuer.invalid', 'it answered HTTP 404'],
    ['a failure', answer(503, 'text/html', '<html>'), 'issuer.unreachable', 'it answered HTTP 503'],
    ['a redirect', answer(302, 'text/html', ''), 'issuer.invalid', 'it answered HTTP 302'],
    ['a list', json([]), 'issuer.invalid', 'its answer was not understood'],
    ['a huge answer', json({ x: 'x'.repeat(100_000) }), 'issuer.invalid', 'its answer was not understood'],
    ['another name', json({ issuer: 'https://other.example' }), 'issuer.invalid', 'calls itself https://other.example'],
    [
      'a strange name',
      json({ issuer: 'https://a.example/\u001b[31m\nb' }),
      'issuer.invalid',
      'calls itself https://a.example/ [31m b.',
    ],
    ['no name', json({}), 'issuer.invalid', 'its answer was not understood'],
  ])('that answers with %s is none', async (_name, intercept, code, words) => {
    expect(await failureOf(provider.settings, intercept)).toMatchObject({
      code,
      message: expect.stringContaining(words),
      action: expect.any(String),
    });
  });

  it.each([
    ['does not answer', () => true],
    [
      'stops in the middle',
      (_request: unknown, response: ServerResponse) => {
        response.writeHead(200, { 'content-type': 'application/json' }).write('{');
        return true;
      },
    ],
  ] as const)('that %s is given up', async (_name, intercept) => {
    expect(await failureOf(provider.settings, intercept)).toMatchObject({
      code: 'issuer.unreachable',
      message: `The identity provider ${provider.issuer} cannot be reached: it did not answer in time.`,
    });
    await provider.stop();
    await provider.start();
  });

  it('whose token endpoint has a failure of its own says so', async () => {
    const error = await failureOf(provider.settings, (request, response) => {
      if (request.url !== '/token') return false;
      response.writeHead(500, { 'content-type': 'text/html' }).end('<h1>oops</h1>');
      return true;
    });
    expect(error).toMatchObject({ code: 'issuer.unreachable', message: expect.stringContaining('HTTP 500') });
  });
});

describe('TLS', () => {
  let authority: TestAuthority;
  let secured: TestProvider;

  beforeAll(async () => {
    authority = await TestAuthority.create();
    secured = await startProvider({ pair: await authority.issue('/CN=idp', 'IP:127.0.0.1') });
  });

  afterAll(async () => {
    await secured.stop();
    await authority.dispose();
  });

  /** Whether discovery works: it comes before anything that a browser would have to trust. */
  const reaches = async (settings: OidcSettings, env: Record<string, string> = {}) => {
    const identity = identities.open({ env });
    const given = new AbortController();
    const onPrompt = () => given.abort(new Error('reached'));
    return identity.signIn(settings, { flow: 'browser', openedBy: 'the tests' }, onPrompt, given.signal).then(
      () => undefined,
      (error: unknown) => (given.signal.aborted ? 'reached' : error),
    );
  };

  it('trusts the authority of the context and no other', async () => {
    const certificateAuthorityData = await authority.certificate();
    expect(await reaches({ ...secured.settings, certificateAuthorityData })).toBe('reached');
    const base64 = Buffer.from(certificateAuthorityData).toString('base64');
    expect(await reaches({ ...secured.settings, certificateAuthorityData: base64 })).toBe('reached');
    const other = await TestAuthority.create();
    const wrong = { ...secured.settings, certificateAuthorityData: await other.certificate() };
    await other.dispose();
    for (const settings of [wrong, secured.settings]) {
      expect(await reaches(settings)).toMatchObject({
        code: 'issuer.untrusted',
        message: `The identity provider ${secured.issuer} is not trusted: its certificate is signed by an unknown authority.`,
      });
    }
  });

  it.each([
    [{ certificateAuthorityData: 'bm90aGluZw==' }, 'There is no certificate in oidc.certificateAuthorityData'],
    [{ certificateAuthority: '/nowhere/ca.pem' }, '/nowhere/ca.pem, cannot be read (ENOENT)'],
    [{ proxyUrl: 'gopher://secret:word@proxy' }, 'The proxy in oidc.proxyUrl of the context is no URL'],
  ])('says what is wrong with %j', async (settings, words) => {
    const error = await reaches({ ...secured.settings, ...settings });
    expect(error).toMatchObject({ message: expect.stringContaining(words) });
    expect(JSON.stringify(error)).not.toContain('word@');
  });

  it('goes through the proxy of the context', async () => {
    const proxy = await connectProxy();
    const certificateAuthorityData = await authority.certificate();
    const settings = { ...secured.settings, certificateAuthorityData, proxyUrl: `http://127.0.0.1:${proxy.port}` };
    expect(await reaches(settings)).toBe('reached');
    expect(proxy.asked).toEqual([new URL(secured.issuer).host]);
    await proxy.stop();
    expect(await reaches(settings)).toMatchObject({
      code: 'issuer.unreachable',
      message: expect.stringContaining('cannot be reached through its proxy'),
    });
  });
});

describe('tokens', () => {
  it.each([
    ['no groups', undefined, undefined],
    ['300 groups', Array.from({ length: 300 }, (_, index) => `group-${index}`), 300],
  ])('may name %s', async (_name, groups, count) => {
    const named = await startProvider({ groups });
    const status = await signIn(identities.open(), named.settings);
    await named.stop();
    expect(status.state).toBe('signedIn');
    expect(status.groups?.length).toBe(count);
  });

  it.each([-600_000, 600_000])('are good where the clock is off by %i ms', async (clockMs) => {
    await signIn(identities.open(), provider.settings);
    const worker = await startWorker(identities.stateDir, provider.settings, clockMs);
    expect(await worker.refresh()).toBe('now refreshed');
    await worker.kill();
  });

  it('that no header can carry are refused', async () => {
    const error = await failureOf(provider.settings, async (request, response) => {
      if (request.url !== '/token') return false;
      await delay(1);
      const content = { access_token: 'a\nb', token_type: 'bearer', id_token: 'x.y.z', secret: 'tell-nobody' };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(content));
      return true;
    });
    expect(error).toMatchObject({ code: 'issuer.invalid' });
    expect(JSON.stringify([error, (error as Error).stack, (error as Error).cause ?? ''])).not.toContain('tell-nobody');
  });

  it('are not asked for again by whoever gives up', async () => {
    const given = new AbortController();
    given.abort(new Error('enough'));
    const credentials = identities.open().credentials(provider.settings);
    await expect(credentials.current(given.signal)).rejects.toThrow();
    await expect(credentials.current(never)).rejects.toMatchObject({ code: 'signIn.required' });
  });
});
