import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SignInPrompt } from '../protocol/index.ts';
import { TestBrowser } from './testing/testBrowser.ts';
import { signIn, type TestIdentities } from './testing/testIdentity.ts';
import { signInRig } from './testing/signInRig.ts';
import type { TestProvider } from './testing/testProvider.ts';

const never = new AbortController().signal;
let provider: TestProvider;
let identities: TestIdentities;

signInRig((rig) => ({ provider, identities } = rig), { groups: ['team-a', 'gpu-users'] });

const bearerOf = async (identity: ReturnType<TestIdentities['open']>) =>
  (await identity.credentials(provider.settings).current(never)).authorization;

describe('a sign-in', () => {
  it('goes through the browser and the loopback', async () => {
    const identity = identities.open();
    expect(await identity.status(provider.settings)).toEqual({ state: 'signedOut', issuer: provider.issuer });
    const status = await signIn(identity, provider.settings);
    expect(status).toMatchObject({
      state: 'signedIn',
      issuer: provider.issuer,
      user: 'alice@example.com',
      email: 'alice@example.com',
      groups: ['team-a', 'gpu-users'],
      storage: 'file',
    });
    expect(await bearerOf(identity)).toMatch(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/);
    expect(await identity.claims(provider.settings, never)).toMatchObject({ sub: 'alice', aud: 'slipway' });
  });

  it('is there for other processes, which get tokens of their own', async () => {
    await signIn(identities.open(), provider.settings);
    const other = identities.open();
    expect(await other.status(provider.settings)).toMatchObject({ state: 'signedIn', user: 'alice@example.com' });
    expect(await bearerOf(other)).toMatch(/^Bearer /);
    expect(provider.count('POST /token')).toBe(2);
    expect(await bearerOf(other)).toMatch(/^Bearer /);
    expect(provider.count('POST /token')).toBe(2);
  });

  it('lies in a file of this user alone, without access and id token', async () => {
    const identity = identities.open();
    await signIn(identity, provider.settings);
    const [name = ''] = (await readdir(identities.stateDir)).filter((file) => file.endsWith('.json'));
    const path = join(identities.stateDir, name);
    expect([(await stat(identities.stateDir)).mode & 0o777, (await stat(path)).mode & 0o777]).toEqual([0o700, 0o600]);
    const text = await readFile(path, 'utf8');
    expect(text).toContain('refreshToken');
    expect(text).not.toContain((await bearerOf(identity))?.slice('Bearer '.length));
  });

  it('can end at an address that the host hands over, once', async () => {
    const identity = identities.open();
    let url = '';
    const status = await identity.signIn(
      provider.settings,
      { flow: 'browser', redirectUri: 'http://127.0.0.1:1/oauth/callback', openedBy: 'the tests' },
      (prompt) => {
        if (prompt.kind !== 'open') return;
        void new TestBrowser().signIn(prompt.url, prompt.redirectUri).then((end) => {
          url = end;
          identity.complete(end);
        });
      },
      never,
    );
    expect(status.state).toBe('signedIn');
    expect(() => identity.complete(url)).toThrow('No sign-in waits for this answer');
  });

  it('can be pasted', async () => {
    const identity = identities.open();
    const status = await identity.signIn(
      provider.settings,
      { flow: 'callbackUrl', openedBy: 'the tests' },
      (prompt) => {
        if (prompt.kind !== 'open') return;
        void new TestBrowser().signIn(prompt.url, prompt.redirectUri).then((end) => identity.complete(`  <${end}>\n`));
      },
      never,
    );
    expect(status.state).toBe('signedIn');
  });

  it('can be done with a code on another device', async () => {
    const identity = identities.open();
    const prompts: SignInPrompt[] = [];
    const status = await identity.signIn(
      provider.settings,
      { flow: 'device', openedBy: 'the tests' },
      (prompt) => {
        prompts.push(prompt);
        if (prompt.kind === 'code') void new TestBrowser('bob').enterCode(prompt.verificationUriComplete ?? '');
      },
      never,
    );
    expect(prompts).toMatchObject([{ kind: 'code', verificationUri: `${provider.issuer}/device` }]);
    expect(status).toMatchObject({ state: 'signedIn', user: 'bob@example.com' });
  });

  it('ends for all processes, and at the provider', async () => {
    const identity = identities.open();
    const other = identities.open();
    await signIn(identity, provider.settings);
    await bearerOf(other);
    const changes: unknown[] = [];
    other.onChange((change) => changes.push(change));
    const outcome = await identity.signOut(provider.settings, never);
    expect(outcome).toMatchObject({
      sessionEnded: false,
      note: expect.stringContaining('An id token stays valid at the API server until it expires.'),
    });
    expect(outcome.idTokenExpiresAt).toBeGreaterThan(Date.now());
    expect(provider.count('POST /token/revocation')).toBe(1);
    expect(await identity.status(provider.settings)).toEqual({ state: 'signedOut', issuer: provider.issuer });
    await expect.poll(() => changes).toEqual([{ issuer: provider.issuer, clientId: 'slipway' }]);
    await expect(other.credentials(provider.settings).current(never)).rejects.toMatchObject({
      code: 'signIn.required',
    });
  });
});
