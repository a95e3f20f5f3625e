import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as oidc from 'openid-client';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorker } from '../../../shared/src/identity/testing/startWorker.ts';
import { TestIdentities } from '../../../shared/src/identity/testing/testIdentity.ts';
import type { OidcSettings, SignInPrompt, SignInStatus } from '../../../shared/src/protocol/index.ts';
import { audience, clientId, Keycloak, passwords, type PersonName } from '../../identity/keycloak.ts';
import { KeycloakPages } from '../../identity/keycloakPages.ts';
import { launchBrowser } from '../hosts/chromium.ts';

let keycloak: Keycloak;
let browser: Browser;
let client: oidc.Configuration;
/** Takes the answer of the sign-in page, as a program on the person's machine would. */
let callback: Server;
let redirectUri: string;
/** By state. */
const answers = new Map<string, URL>();

beforeAll(async () => {
  [keycloak, browser] = await Promise.all([Keycloak.start(), launchBrowser()]);
  client = await oidc.discovery(new URL(keycloak.issuer), clientId, undefined, oidc.None(), {
    [oidc.customFetch]: (url, { method, headers, body }) =>
      keycloak.fetch(url, { method, headers, ...(body === undefined ? {} : { body: body as URLSearchParams }) }),
  });
  callback = createServer((request, response) => {
    const url = new URL(request.url ?? '', redirectUri);
    answers.set(url.searchParams.get('state') ?? '', url);
    response.end('done');
  });
  await new Promise<void>((resolve) => callback.listen(0, '127.0.0.1', resolve));
  redirectUri = `http://127.0.0.1:${(callback.address() as AddressInfo).port}/callback`;
});

afterAll(async () => {
  callback.close();
  await browser.close();
  await keycloak.dispose();
});

async function answerOf(state: string): Promise<URL> {
  await expect.poll(() => [...answers.keys()]).toContain(state);
  return answers.get(state) ?? new URL(redirectUri);
}

const scope = 'openid profile email groups';

async function authorizationUrl(codeVerifier: string, state: string): Promise<URL> {
  return oidc.buildAuthorizationUrl(client, {
    redirect_uri: redirectUri,
    scope,
    state,
    code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
  });
}

/** Signs a person in as Slipway does, with nobody who has to agree any more. */
async function signIn(identities: TestIdentities, settings: OidcSettings, person: PersonName): Promise<SignInStatus> {
  await keycloak.admin.changeClient({ consentRequired: false });
  const pages = await KeycloakPages.open(browser);
  const request = { flow: 'browser', openedBy: 'the tests' } as const;
  const status = await new Promise<SignInStatus>((resolve, reject) => {
    const walk = async (prompt: SignInPrompt): Promise<void> => {
      if (prompt.kind !== 'open') return;
      await pages.page.goto(prompt.url);
      await pages.logIn(person, passwords[person]);
    };
    const onPrompt = (prompt: SignInPrompt): void => void walk(prompt).catch(reject);
    identities.open().signIn(settings, request, onPrompt, AbortSignal.timeout(60_000)).then(resolve, reject);
  });
  await pages.close();
  return status;
}

describe('the reference set-up of Keycloak', () => {
  it('signs a person of the directory in by the browser, with groups and the audience of the cluster', async () => {
    answers.clear();
    await keycloak.admin.forgetConsent('alice');
    const pages = await KeycloakPages.open(browser);
    const codeVerifier = oidc.randomPKCECodeVerifier();
    await pages.page.goto((await authorizationUrl(codeVerifier, 'of-alice')).href);
    await pages.logIn('alice', 'not-hers');
    expect(await pages.complaint()).toContain('Invalid username or password');
    await pages.logIn('alice', passwords.alice);
    expect(await pages.asksToAllow()).toEqual(expect.arrayContaining(['Your groups']));
    await pages.allow();
    const tokens = await oidc.authorizationCodeGrant(client, await answerOf('of-alice'), {
      pkceCodeVerifier: codeVerifier,
      expectedState: 'of-alice',
    });
    expect(tokens.claims()).toMatchObject({
      iss: keycloak.issuer,
      aud: [clientId, audience],
      preferred_username: 'alice',
      email: 'alice@example.test',
      email_verified: true,
      groups: ['team-a'],
    });
    const { exp = 0, iat = 0 } = tokens.claims() ?? {};
    // Both are whole seconds, each taken at its own moment.
    expect([299, 300]).toContain(exp - iat);

    // A second sign-in of the same browser asks for nothing.
    await pages.page.goto((await authorizationUrl(codeVerifier, 'again')).href);
    await answerOf('again');

    const fresh = await oidc.refreshTokenGrant(client, tokens.refresh_token ?? '');
    expect(fresh.claims()?.groups).toEqual(['team-a']);
    // The old one again: Keycloak takes that for a theft and ends the session of the new one, too.
    const reused = oidc.refreshTokenGrant(client, tokens.refresh_token ?? '');
    await expect(reused).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(oidc.refreshTokenGrant(client, fresh.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    await pages.close();
  });

  it('signs a person in by a code that they type on another device, and knows them after an outage', async () => {
    const codeVerifier = oidc.randomPKCECodeVerifier();
    const device = await oidc.initiateDeviceAuthorization(client, {
      scope,
      code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
    });
    const pages = await KeycloakPages.open(browser);
    const [tokens] = await Promise.all([
      oidc.pollDeviceAuthorizationGrant(client, device, { code_verifier: codeVerifier }),
      (async () => {
        await pages.enterCode(device.verification_uri, device.user_code);
        await pages.logIn('carol', passwords.carol);
        await pages.asksToAllow();
        await pages.allow();
      })(),
    ]);
    expect(tokens.claims()).toMatchObject({ preferred_username: 'carol' });
    // She is in no group: Keycloak leaves the claim out.
    expect(tokens.claims()).not.toHaveProperty('groups');
    await pages.close();

    await keycloak.stop();
    await expect(oidc.refreshTokenGrant(client, tokens.refresh_token ?? '')).rejects.toThrow();
    await keycloak.restart();
    const fresh = await oidc.refreshTokenGrant(client, tokens.refresh_token ?? '');
    await keycloak.admin.endSessions('carol');
    expect(await keycloak.admin.sessions('carol')).toBe(0);
    const ended = oidc.refreshTokenGrant(client, fresh.refresh_token ?? '');
    await expect(ended).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('shows a page of its own, and calls nobody back, where a redirect URI is not registered', async () => {
    const pages = await KeycloakPages.open(browser);
    const url = await authorizationUrl(oidc.randomPKCECodeVerifier(), 'elsewhere');
    url.searchParams.set('redirect_uri', 'https://elsewhere.example.test/callback');
    await pages.page.goto(url.href);
    expect(await pages.complaint()).toContain('redirect_uri');
    await pages.close();
  });

  it('signs nobody out whose processes refresh at the same instant, though a refresh token may be used once', async () => {
    const identities = await TestIdentities.create();
    const settings = { issuer: keycloak.issuer, clientId, certificateAuthorityData: keycloak.certificateAuthority };
    const status = await signIn(identities, settings, 'bob');
    expect(status).toMatchObject({ state: 'signedIn', groups: ['team-b'], storage: 'file' });
    const workers = await Promise.all([0, 1].map(() => startWorker(identities.stateDir, settings)));
    try {
      for (let round = 0; round < 20; round += 1) {
        const outcomes = await Promise.all(workers.map((worker) => worker.refresh()));
        expect(outcomes, `round ${round}`).toEqual(['now refreshed', 'now refreshed']);
      }
      const identity = identities.open();
      expect(await identity.status(settings)).toMatchObject({ state: 'signedIn' });
      // Without a token in memory: Keycloak's session is ended by one that is fetched for it.
      expect(await identity.signOut(settings, AbortSignal.timeout(60_000))).toEqual({
        sessionEnded: true,
        note: 'An id token stays valid at the API server until it expires.',
      });
      expect(await workers[0]?.refresh()).toContain('signIn.required');
    } finally {
      await Promise.all(workers.map((worker) => worker.kill()));
      await identities.dispose();
    }
  });
});
