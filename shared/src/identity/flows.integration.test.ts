import { connect } from 'node:net';
import { beforeEach, describe, expect, it } from 'vitest';
import type { SignInPrompt } from '../protocol/index.ts';
import { openLoopback } from './flows/loopback.ts';
import { TestBrowser } from './testing/testBrowser.ts';
import { TestClock } from './testing/testClock.ts';
import { signIn, type TestIdentities } from './testing/testIdentity.ts';
import { signInRig } from './testing/signInRig.ts';
import { startProvider, type TestProvider } from './testing/testProvider.ts';

const never = new AbortController().signal;
let provider: TestProvider;
let identities: TestIdentities;
let clock: TestClock;

signInRig((rig) => ({ provider, identities } = rig));

beforeEach(() => {
  clock = new TestClock();
});

type Opened = Extract<SignInPrompt, { kind: 'open' }>;

/** A sign-in that has come as far as its prompt. */
async function begin(request: { readonly redirectUri?: string; readonly signal?: AbortSignal } = {}) {
  const identity = identities.open({ clock });
  let prompted: (prompt: Opened) => void = () => undefined;
  const prompt = new Promise<Opened>((resolve) => (prompted = resolve));
  const status = identity.signIn(
    provider.settings,
    { flow: 'browser', redirectUri: request.redirectUri, openedBy: '<b>the tests</b>' },
    (shown) => {
      if (shown.kind === 'open') prompted(shown);
    },
    request.signal ?? never,
  );
  // Looked at in the end; until then it is nobody's.
  status.catch(() => undefined);
  const { url, redirectUri, expiresAt } = await Promise.race([prompt, status.then(() => prompt)]);
  const state = new URL(url).searchParams.get('state') ?? '';
  const back = (parameters: Record<string, string>) => {
    const target = new URL(redirectUri);
    target.search = new URLSearchParams({ state, iss: provider.issuer, ...parameters }).toString();
    return target.href;
  };
  return { identity, status, url, redirectUri, expiresAt, state, back };
}

const page = async (url: string) => {
  const response = await fetch(url);
  return { status: response.status, headers: response.headers, text: await response.text() };
};

describe('the way back from a browser', () => {
  it('ends at a page in both languages that runs nothing', async () => {
    const { url, redirectUri, status } = await begin();
    const shown = await page(await new TestBrowser().signIn(url, redirectUri));
    expect(shown.status).toBe(200);
    expect(shown.text).toContain('You are signed in');
    expect(shown.text).toContain('您已登录');
    expect(shown.text).toContain('go back to &lt;b&gt;the tests&lt;/b&gt;');
    expect(shown.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(shown.headers.get('referrer-policy')).toBe('no-referrer');
    expect(await status).toMatchObject({ state: 'signedIn' });
    await expect(fetch(redirectUri)).rejects.toThrow();
  });

  it('is on loopback alone, with the state, nonce and challenge of this sign-in', async () => {
    const one = await begin();
    const other = await begin();
    const parameters = [one, other].map(({ url }) => new URL(url).searchParams);
    for (const sent of parameters) {
      expect(sent.get('code_challenge_method')).toBe('S256');
      expect(sent.get('redirect_uri')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/oauth\/callback$/);
      expect(sent.get('scope')).toBe('openid profile email groups offline_access');
    }
    for (const name of ['state', 'nonce', 'code_challenge', 'redirect_uri']) {
      const [first = '', second] = parameters.map((sent) => sent.get(name) ?? '');
      expect(first.length).toBeGreaterThan(20);
      expect(first).not.toBe(second);
    }
  });

  it('stays open for the right browser when another one comes', async () => {
    const { url, redirectUri, status, back } = await begin();
    for (const stranger of [back({ state: 'x', code: 'y' }), back({ state: '', code: 'y' }), `${redirectUri}?code=y`]) {
      expect(await page(stranger)).toMatchObject({
        status: 400,
        text: expect.stringContaining('This is another sign-in'),
      });
    }
    expect(await page(new URL('/', redirectUri).href)).toMatchObject({ status: 404 });
    expect(await page(await new TestBrowser().signIn(url, redirectUri))).toMatchObject({ status: 200 });
    expect(await status).toMatchObject({ state: 'signedIn' });
  });

  it('is not disturbed by what is no browser', async () => {
    const { url, redirectUri, status } = await begin();
    const { port } = new URL(redirectUri);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.end(`\u0016\u0003\u0001${'x'.repeat(100_000)}`));
      socket.on('error', () => undefined).on('close', () => resolve());
    });
    await page(await new TestBrowser().signIn(url, redirectUri));
    expect(await status).toMatchObject({ state: 'signedIn' });
  });

  it.each([
    [{ error: 'access_denied' }, 'signIn.denied', 'The sign-in was refused at the identity provider: access_denied.'],
    [
      { error: 'access_denied', error_description: `no\n\u001b[31m<script>${'x'.repeat(5000)}` },
      'signIn.denied',
      /^The sign-in was refused at the identity provider: no \[31m<script>x{150,}….$/,
    ],
    [{ error: 'server_error' }, 'signIn.failed', /refused the sign-in: server_error\.$/],
    [{ error: 'invalid_scope', error_description: 'what?' }, 'signIn.failed', /does not know a scope: what\?\.$/],
    [{ code: 'stolen' }, 'signIn.failed', /no longer accepts this sign-in: grant request is invalid\.$/],
    [{ code: 'x', iss: 'https://evil.example' }, 'issuer.invalid', /its answer was not understood\.$/],
  ])('may bring a failure: %j', async (parameters, code, message) => {
    const { status, back } = await begin();
    const shown = await page(back(parameters));
    expect(shown.text).toContain('The sign-in failed');
    expect(shown.text).not.toContain('<script>');
    await expect(status).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('is refused where the issuer that the provider promises is missing', async () => {
    const { identity, status, state } = await begin({ redirectUri: 'http://127.0.0.1:1/oauth/callback' });
    identity.complete(`?state=${state}&code=x`);
    await expect(status).rejects.toMatchObject({ code: 'issuer.invalid' });
  });

  it('leads nowhere with the state of another sign-in', async () => {
    const { identity, status, back, url, redirectUri } = await begin({
      redirectUri: 'http://127.0.0.1:1/oauth/callback',
    });
    expect(() => identity.complete(back({ state: 'stolen', code: 'x' }))).toThrow('No sign-in waits for this answer');
    expect(() => identity.complete('https://hub.example/?code=x')).toThrow('it has no code and state');
    const right = await new TestBrowser().signIn(url, redirectUri);
    identity.complete(right);
    expect(() => identity.complete(right)).toThrow('No sign-in waits for this answer');
    expect(await status).toMatchObject({ state: 'signedIn' });
  });

  it('cannot be taken where the port is', async () => {
    const taken = await openLoopback();
    await expect(openLoopback(Number(new URL(taken.redirectUri).port))).rejects.toMatchObject({
      code: 'signIn.failed',
      message: 'Nothing can be opened on 127.0.0.1 for the browser to come back to (EADDRINUSE).',
    });
    taken.dispose();
  });
});

describe('a sign-in that nobody finishes', () => {
  it('ends after five minutes, and says which redirect URI has to be registered', async () => {
    const { status, redirectUri, expiresAt } = await begin();
    expect(expiresAt - clock.now()).toBeGreaterThan(290_000);
    clock.forward(300_000);
    await expect(status).rejects.toMatchObject({
      code: 'signIn.timeout',
      message: 'Nobody finished the sign-in within 5 minutes.',
      action: expect.stringContaining('have http://127.0.0.1/* registered for the client slipway.'),
    });
    await expect(fetch(redirectUri)).rejects.toThrow();
  });

  it('names the redirect URI of the host', async () => {
    const redirectUri = 'https://hub.example/hub/user-redirect/slipway/oauth/callback';
    provider.intercept = undefined;
    const { status } = await begin({ redirectUri });
    clock.forward(300_000);
    await expect(status).rejects.toMatchObject({ action: expect.stringContaining(`have ${redirectUri} registered`) });
  });

  it('can be cancelled', async () => {
    const given = new AbortController();
    const { identity, status, redirectUri, back } = await begin({ signal: given.signal });
    given.abort();
    await expect(status).rejects.toMatchObject({ code: 'cancelled' });
    await expect(fetch(redirectUri)).rejects.toThrow();
    expect(() => identity.complete(back({ code: 'x' }))).toThrow('No sign-in waits for this answer');
  });

  it('ends with the core', async () => {
    const { identity, status } = await begin();
    await identity.dispose();
    await expect(status).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('a code on another device', () => {
  const device = (onCode: (prompt: Extract<SignInPrompt, { kind: 'code' }>) => void, signal = never) =>
    identities.open({ clock }).signIn(
      provider.settings,
      { flow: 'device', openedBy: 'the tests' },
      (prompt) => {
        if (prompt.kind === 'code') onCode(prompt);
      },
      signal,
    );

  it('is asked for with a challenge, less often when the provider wants that', async () => {
    let slowed = 0;
    provider.intercept = (request, response) => {
      if (request.url !== '/token' || slowed > 0) return false;
      slowed += 1;
      response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"slow_down"}');
      return true;
    };
    const started = Date.now();
    const status = await device(({ verificationUriComplete = '' }) => {
      void new TestBrowser().enterCode(verificationUriComplete);
    });
    expect(status).toMatchObject({ state: 'signedIn' });
    // A second, then that and five more: the times that RFC 8628 wants.
    expect(Date.now() - started).toBeGreaterThan(6500);
    expect(provider.count('POST /token')).toBe(2);
  });

  it('is asked for on over a connection that is lost', async () => {
    let lost = 0;
    provider.intercept = (request) => {
      if (request.url !== '/token' || lost > 0) return false;
      lost += 1;
      request.socket.destroy();
      return true;
    };
    const status = await device(({ verificationUriComplete = '' }) => {
      void new TestBrowser().enterCode(verificationUriComplete);
    });
    expect(status).toMatchObject({ state: 'signedIn' });
    expect(lost).toBe(1);
    expect(provider.count('POST /token')).toBe(2);
  });

  it('may be refused there', async () => {
    provider.intercept = (request, response) => {
      if (request.url !== '/token') return false;
      response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"access_denied"}');
      return true;
    };
    await expect(device(() => undefined)).rejects.toMatchObject({ code: 'signIn.denied' });
  });

  it('may expire', async () => {
    provider.intercept = (request, response) => {
      if (request.url !== '/token') return false;
      response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"expired_token"}');
      return true;
    };
    await expect(device(() => undefined)).rejects.toMatchObject({
      code: 'signIn.timeout',
      message: 'Nobody entered the code in time.',
    });
  });

  it('can be cancelled at once', async () => {
    const given = new AbortController();
    const status = device(() => given.abort(), given.signal);
    await expect(status).rejects.toMatchObject({ code: 'cancelled' });
    expect(provider.count('POST /token')).toBe(0);
  });

  it.each([
    ['javascript:alert(1)', 'ABCD'],
    ['http://elsewhere.example/device', 'ABCD'],
    ['https://idp.example/device', '\u001b\n'],
  ])('is not shown where its address is %s', async (verification_uri, user_code) => {
    provider.intercept = (request, response) => {
      if (request.url !== '/device/auth') return false;
      const answer = { device_code: 'x', user_code, verification_uri, expires_in: 60 };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
      return true;
    };
    let shown = 0;
    await expect(device(() => (shown += 1))).rejects.toMatchObject({ code: 'issuer.invalid' });
    expect(shown).toBe(0);
  });

  it('is no way where the provider has none', async () => {
    const without = await startProvider({ configuration: { features: { deviceFlow: { enabled: false } } } });
    const request = { flow: 'device', openedBy: 'the tests' } as const;
    const status = identities.open().signIn(without.settings, request, () => undefined, never);
    await expect(status).rejects.toMatchObject({
      code: 'signIn.failed',
      message: `The identity provider ${without.issuer} has no such way to sign in.`,
    });
    await without.stop();
  });
});

describe('a sign-in as somebody else', () => {
  it('takes the place of the one that was there, in all processes', async () => {
    const [one, other] = [identities.open(), identities.open()];
    await signIn(one, provider.settings, new TestBrowser('alice'));
    await other.credentials(provider.settings).current(never);
    const changes: unknown[] = [];
    other.onChange((change) => changes.push(change));
    await signIn(one, provider.settings, new TestBrowser('bob'));
    await expect.poll(() => changes).toHaveLength(1);
    expect(await other.status(provider.settings)).toMatchObject({ user: 'bob@example.com' });
    expect(await other.claims(provider.settings, never)).toMatchObject({ sub: 'bob' });
  });
});
