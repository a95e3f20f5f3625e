import { chmod, chown, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Identity } from './identity.ts';
import { TestBrowser } from './testing/testBrowser.ts';
import { TestClock } from './testing/testClock.ts';
import { signIn, type TestIdentities } from './testing/testIdentity.ts';
import { signInRig } from './testing/signInRig.ts';
import type { TestProvider } from './testing/testProvider.ts';

const never = new AbortController().signal;
let provider: TestProvider;
let identities: TestIdentities;
let clock: TestClock;

signInRig((rig) => ({ provider, identities } = rig));

beforeEach(() => {
  clock = new TestClock();
});

const token = (identity: Identity, settings = provider.settings) => identity.credentials(settings).current(never);

const recordPath = async () => {
  const [name = ''] = (await readdir(identities.stateDir)).filter((file) => file.endsWith('.json'));
  return join(identities.stateDir, name);
};

function changesOf(identity: Identity): unknown[] {
  const changes: unknown[] = [];
  identity.onChange((change) => changes.push(change));
  return changes;
}

/** Takes the refresh token back at the provider, behind everybody's back. */
async function revoke(): Promise<void> {
  const { refreshToken } = JSON.parse(await readFile(await recordPath(), 'utf8')) as { refreshToken: string };
  const body = new URLSearchParams({ token: refreshToken, client_id: 'slipway' });
  expect((await fetch(`${provider.issuer}/token/revocation`, { method: 'POST', body })).status).toBe(200);
}

describe('a provider that is away for an hour', () => {
  it('is asked again less and less often, and signs nobody out', async () => {
    const identity = identities.open({ clock });
    await signIn(identity, provider.settings);
    await identity.status(provider.settings);
    const changes = changesOf(identity);
    provider.intercept = (_request, response) => {
      response.writeHead(503).end();
      return true;
    };
    const failures = new Set<unknown>();
    // Its last token is of use to the end.
    clock.forward(280_000);
    expect(await token(identity)).toHaveProperty('authorization');
    for (let second = 0; second < 3600; second += 2) {
      clock.forward(2000);
      await token(identity).catch((error: unknown) => failures.add((error as { code: string }).code));
    }
    expect([...failures]).toEqual(['issuer.unreachable']);
    const asked = provider.count('POST /token') + provider.count('GET /.well-known/openid-configuration');
    // Every 5 to 10 s in the end, though it is wanted every 2 s.
    expect(asked).toBeGreaterThan(300);
    expect(asked).toBeLessThan(750);
    expect(await identity.status(provider.settings)).toMatchObject({
      state: 'signedIn',
      reason: `The identity provider ${provider.issuer} has a failure of its own: it answered HTTP 503.`,
    });
    expect(changes).toHaveLength(1);
    provider.intercept = undefined;
    clock.forward(11_000);
    expect(await token(identity)).toHaveProperty('authorization');
    expect(await identity.status(provider.settings)).not.toHaveProperty('reason');
    expect(changes).toHaveLength(2);
  });

  it('is asked at once after somebody signed in elsewhere', async () => {
    const identity = identities.open({ clock });
    await signIn(identity, provider.settings);
    changesOf(identity);
    clock.forward(400_000);
    await provider.stop();
    await expect(token(identity)).rejects.toMatchObject({ code: 'issuer.unreachable' });
    await provider.start();
    await signIn(identities.open(), provider.settings, new TestBrowser('bob'));
    await expect.poll(() => identity.status(provider.settings)).not.toHaveProperty('reason');
    expect(await identity.claims(provider.settings, never)).toMatchObject({ sub: 'bob' });
  });
});

describe('a sign-in that the provider no longer accepts', () => {
  it('is over for all processes, told once, and not tried again', async () => {
    const [one, other] = [identities.open({ clock }), identities.open()];
    await signIn(one, provider.settings);
    await token(other);
    const [changes, others] = [changesOf(one), changesOf(other)];
    await revoke();
    clock.forward(400_000);
    const ended = {
      code: 'signIn.required',
      message: 'The sign-in has ended: the identity provider no longer accepts the refresh token.',
      action: 'Sign in.',
    };
    const asked = provider.count('POST /token');
    await expect(token(one)).rejects.toMatchObject(ended);
    await expect(token(one)).rejects.toMatchObject(ended);
    await expect.poll(() => others).toHaveLength(1);
    await expect(token(other)).rejects.toMatchObject(ended);
    expect(provider.count('POST /token')).toBe(asked + 1);
    expect([changes.length, others.length]).toEqual([1, 1]);
    for (const identity of [one, other]) {
      expect(await identity.status(provider.settings)).toMatchObject({
        state: 'expired',
        user: 'alice@example.com',
        reason: ended.message,
      });
    }
    expect(await readFile(await recordPath(), 'utf8')).not.toContain('refreshToken');
  });

  it('without a refresh token is over with its token', async () => {
    const settings = { ...provider.settings, scopes: ['openid', 'email'] };
    const identity = identities.open({ clock });
    expect(await signIn(identity, settings)).toMatchObject({ state: 'signedIn', storage: 'memory' });
    expect(await token(identity, settings)).toHaveProperty('authorization');
    clock.forward(400_000);
    await expect(token(identity, settings)).rejects.toMatchObject({
      code: 'signIn.required',
      message: expect.stringContaining('gave no refresh token; it may do so for the scope offline_access'),
    });
    expect(await identity.status(settings)).toMatchObject({ state: 'expired', user: 'alice@example.com' });
  });
});

describe('a token that the API server refused', () => {
  it('is renewed once it is not quite new, and never in a loop', async () => {
    const identity = identities.open({ clock });
    await signIn(identity, provider.settings);
    // Id tokens of one second are the same here; access tokens are not.
    const credentials = identity.credentials({ ...provider.settings, token: 'access_token' });
    const refused = await credentials.current(never);
    expect(await credentials.renew(refused, never)).toBe(false);
    clock.forward(20_000);
    expect(await credentials.renew(refused, never)).toBe(true);
    expect(await credentials.current(never)).not.toEqual(refused);
    // Others were refused with it too.
    expect(await credentials.renew(refused, never)).toBe(true);
    expect(provider.count('POST /token')).toBe(2);
    // A server that refuses every token has another reason.
    clock.forward(20_000);
    expect(await credentials.renew(await credentials.current(never), never)).toBe(false);
    expect(provider.count('POST /token')).toBe(2);
  });
});

describe('a refresh token that the provider has rotated', () => {
  /** Has the provider answer in other words than it wanted to. */
  const garble = (change: (answer: Record<string, unknown>) => object) => {
    provider.intercept = (request, response) => {
      if (request.url !== '/token') return false;
      const end = response.end.bind(response);
      response.end = ((body: string) => {
        const text = JSON.stringify(change(JSON.parse(body) as Record<string, unknown>));
        response.setHeader('content-length', Buffer.byteLength(text));
        return end(text);
      }) as typeof response.end;
      return false;
    };
  };

  it.each([
    ['whose id token is for another client', { id_token: `e30.${Buffer.from('{"aud":"x"}').toString('base64url')}.x` }],
    ['without an access token', { access_token: undefined }],
  ])('is kept from an answer %s', async (_name, change) => {
    const identity = identities.open({ clock });
    await signIn(identity, provider.settings);
    clock.forward(400_000);
    garble((answer) => ({ ...answer, ...change }));
    await expect(token(identity)).rejects.toMatchObject({ code: 'issuer.invalid' });
    provider.intercept = undefined;
    clock.forward(1000);
    expect(await token(identity)).toHaveProperty('authorization');
    expect(await token(identities.open())).toHaveProperty('authorization');
  });

  it('ends the sign-in where it is of somebody else', async () => {
    const identity = identities.open({ clock });
    await signIn(identity, provider.settings);
    clock.forward(400_000);
    garble((answer) => {
      const [header = '', payload = '', signature = ''] = String(answer.id_token).split('.');
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as object;
      const others = Buffer.from(JSON.stringify({ ...claims, sub: 'mallory' })).toString('base64url');
      return { ...answer, id_token: [header, others, signature].join('.') };
    });
    await expect(token(identity)).rejects.toMatchObject({
      code: 'signIn.required',
      message: 'The sign-in has ended: the identity provider refreshed it with the tokens of somebody else.',
    });
    expect(await identity.status(provider.settings)).toMatchObject({ state: 'expired', user: 'alice@example.com' });
  });

  it('is used from memory where the disk did not take it, and kept as soon as it does', async () => {
    const identity = identities.open({ clock });
    await signIn(identity, provider.settings);
    const path = await recordPath();
    const before = await readFile(path, 'utf8');
    clock.forward(400_000);
    provider.intercept = async (request) => {
      if (request.url !== '/token') return false;
      provider.intercept = undefined;
      await rm(path);
      await mkdir(join(path, 'in the way'), { recursive: true });
      return false;
    };
    expect(await token(identity)).toHaveProperty('authorization');
    expect(identities.lines.join('\n')).toContain('the refreshed sign-in could not be kept');
    await rm(path, { recursive: true });
    await writeFile(path, before, { mode: 0o600 });
    clock.forward(400_000);
    expect(await token(identity)).toHaveProperty('authorization');
    expect(await token(identities.open())).toHaveProperty('authorization');
  });
});

describe('what is told on the side', () => {
  it('holds no token', async () => {
    const identity = identities.open({ clock });
    await signIn(identity, provider.settings);
    const { authorization = '' } = await token(identity);
    const { refreshToken } = JSON.parse(await readFile(await recordPath(), 'utf8')) as { refreshToken: string };
    provider.intercept = (request, response) => {
      if (request.url !== '/token') return false;
      response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_client"}');
      return true;
    };
    const failure = () => token(identity).catch((thrown: unknown) => thrown);
    clock.forward(400_000);
    const passing = await failure();
    provider.intercept = undefined;
    await revoke();
    clock.forward(60_000);
    const ended = await failure();
    const said = [...identities.lines, inspect([passing, ended], { depth: 10, showHidden: true })].join('\n');
    expect(said).toContain('The sign-in has ended');
    expect(said).toContain('refreshing failed');
    for (const secret of [authorization.slice('Bearer '.length), refreshToken]) expect(said).not.toContain(secret);
  });
});

describe('signing out', () => {
  it('works without the provider, and says what could not be done', async () => {
    const identity = identities.open();
    await signIn(identity, provider.settings);
    await provider.stop();
    const outcome = await identity.signOut(provider.settings, never);
    await provider.start();
    expect(outcome).toMatchObject({
      sessionEnded: false,
      note: expect.stringMatching(/^You are signed out on this machine; the identity provider could not be told\. /),
    });
    expect(await readdir(identities.stateDir)).not.toContainEqual(expect.stringMatching(/\.json$/));
  });

  it('leaves nothing of a process either that was killed while it wrote', async () => {
    await signIn(identities.open(), provider.settings);
    await writeFile(`${await recordPath()}.1.x.partial`, 'a token', { mode: 0o600 });
    await identities.open().signOut(provider.settings, never);
    expect((await readdir(identities.stateDir)).filter((name) => !name.endsWith('.lock'))).toEqual([]);
  });

  it('of nobody does nothing', async () => {
    const outcome = await identities.open().signOut(provider.settings, never);
    expect(outcome).toEqual({ sessionEnded: false, note: 'Nobody was signed in.' });
    expect(provider.asked).toEqual([]);
  });

  it('ends the session where the provider lets it, by a token in no address', async () => {
    const identity = identities.open();
    await signIn(identity, provider.settings);
    let hint = '';
    provider.intercept = async (request, response) => {
      if (request.url !== '/session/end') return false;
      for await (const chunk of request as AsyncIterable<Buffer>) hint += chunk.toString('utf8');
      response.writeHead(302, { location: '/' }).end();
      return true;
    };
    expect(await identity.signOut(provider.settings, never)).toMatchObject({
      sessionEnded: true,
      note: 'An id token stays valid at the API server until it expires.',
    });
    expect(hint).toContain('id_token_hint=');
  });

  it('in a process that never had a token ends the session too', async () => {
    await signIn(identities.open(), provider.settings);
    await identities.open().signOut(provider.settings, never);
    expect(provider.count('POST /session/end')).toBe(1);
    expect(provider.count('POST /token/revocation')).toBe(1);
  });
});

describe('the folder of sign-ins', () => {
  const refusedWith = async (words: string) => {
    const identity = identities.open();
    expect(await identity.status(provider.settings)).toMatchObject({
      state: 'signedOut',
      reason: expect.stringContaining(words),
    });
    await expect(token(identity)).rejects.toMatchObject({ code: 'vault.refused', action: expect.any(String) });
  };

  it('is not used while others can look into it', async () => {
    await signIn(identities.open(), provider.settings);
    await chmod(identities.stateDir, 0o755);
    await expect(signIn(identities.open(), provider.settings)).rejects.toMatchObject({
      code: 'vault.refused',
      message: `Other users of this machine can get at ${identities.stateDir}, which is for sign-ins.`,
      action: `Run "chmod 700 ${identities.stateDir}", then sign in again.`,
    });
  });

  it('is not used where it is a file', async () => {
    await writeFile(identities.stateDir, '');
    await expect(signIn(identities.open(), provider.settings)).rejects.toMatchObject({ code: 'vault.refused' });
  });

  it('is not used where it belongs to somebody else', async () => {
    // Only root can give a folder away; for everybody else, the root folder is somebody else's.
    const foreign = process.getuid?.() === 0 ? identities.folder : '/';
    if (foreign !== '/') await chown(foreign, 12_345, 12_345);
    await expect(signIn(identities.open({ stateDir: foreign }), provider.settings)).rejects.toMatchObject({
      code: 'vault.refused',
      message: `${foreign} belongs to another user.`,
    });
  });

  it('holds no file that others can read, that is a link, or that nobody understands', async () => {
    await signIn(identities.open(), provider.settings);
    const path = await recordPath();
    const text = await readFile(path, 'utf8');
    await chmod(path, 0o644);
    await refusedWith(`Other users of this machine can get at ${path}`);
    await chmod(path, 0o600);
    await writeFile(path, '{"version":');
    await refusedWith(`The sign-in in ${path} cannot be read.`);
    await writeFile(path, '{"version":2}');
    await refusedWith(`${path} was written by a newer version of Slipway.`);
    await writeFile(path, 'x'.repeat(1024 * 1024));
    await refusedWith(`${path} is not what Slipway wrote.`);
    await writeFile(`${path}.elsewhere`, text, { mode: 0o600 });
    await rm(path);
    await symlink(`${path}.elsewhere`, path);
    await refusedWith(`${path} is a link, which Slipway did not make.`);
    expect(await signIn(identities.open(), provider.settings)).toMatchObject({ state: 'signedIn' });
  });

  it('may be gone: the tokens in memory are good to their end', async () => {
    const identity = identities.open({ clock });
    await signIn(identity, provider.settings);
    await rm(identities.stateDir, { recursive: true });
    expect(await token(identity)).toHaveProperty('authorization');
    clock.forward(400_000);
    await expect(token(identity)).rejects.toMatchObject({ code: 'signIn.required' });
  });
});

describe('a sign-in in memory', () => {
  it('leaves nothing on the disk, and is nobody else’s', async () => {
    const identity = identities.open({ storage: 'memory', clock });
    expect(await signIn(identity, provider.settings)).toMatchObject({ state: 'signedIn', storage: 'memory' });
    clock.forward(400_000);
    expect(await token(identity)).toHaveProperty('authorization');
    expect(await readdir(identities.folder)).toEqual([]);
    expect(await identities.open().status(provider.settings)).toMatchObject({ state: 'signedOut' });
    await identity.signOut(provider.settings, never);
    expect(await identity.status(provider.settings)).toMatchObject({ state: 'signedOut' });
  });
});
