import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startKeyring, type TestKeyring } from '../../testing/testKeyring.ts';
import { signIn, TestIdentities } from '../../testing/testIdentity.ts';
import { startProvider, type TestProvider } from '../../testing/testProvider.ts';
import { systemKeyring } from './index.ts';

const never = new AbortController().signal;
const id = 'a'.repeat(32);
let keyring: TestKeyring;

beforeEach(async () => {
  keyring = await startKeyring();
});

afterEach(async () => {
  await keyring.stop();
});

describe('the keyring of a Linux desktop', () => {
  it('keeps a secret until it is deleted', async () => {
    const store = systemKeyring('linux', { env: keyring.env }, '/nowhere');
    expect(await store.read(id, never)).toBeUndefined();
    await store.write(id, 'one', never);
    await store.write(id, 'other "quoted" $secret', never);
    expect(await store.read(id, never)).toBe('other "quoted" $secret');
    expect(await store.read('b'.repeat(32), never)).toBeUndefined();
    await store.delete(id, never);
    expect(await store.read(id, never)).toBeUndefined();
    await store.delete(id, never);
  });

  it('does not keep a part of a secret that is too long', async () => {
    const store = systemKeyring('linux', { env: keyring.env }, '/nowhere');
    await expect(store.write(id, 'x'.repeat(20_000), never)).rejects.toThrow('it did not keep the whole of a token');
    expect(await store.read(id, never)).toBeUndefined();
  });

  it('tells a locked keyring from one that holds nothing', async () => {
    const store = systemKeyring('linux', { env: keyring.env }, '/nowhere');
    await store.write(id, 'one', never);
    await keyring.lock();
    await expect(store.read(id, never)).rejects.toThrow('The keyring of this machine cannot be used: it is locked.');
    await expect(store.write(id, 'two', never)).rejects.toThrow('it is locked, or there is none');
  });

  it('is none where no bus leads to one', async () => {
    const store = systemKeyring('linux', { env: { PATH: process.env.PATH } }, '/nowhere');
    await expect(store.write(id, 'one', never)).rejects.toMatchObject({ code: 'vault.refused' });
    await expect(store.read(id, never)).rejects.toMatchObject({ code: 'vault.refused' });
  });
});

describe('a sign-in', () => {
  let provider: TestProvider;
  let identities: TestIdentities;

  beforeEach(async () => {
    provider = await startProvider();
    identities = await TestIdentities.create();
  });

  afterEach(async () => {
    await identities.dispose();
    await provider.stop();
  });

  const open = (env: TestKeyring['env'] = keyring.env) => identities.open({ storage: 'auto', env });
  const record = async () => {
    const [name = ''] = (await readdir(identities.stateDir)).filter((file) => file.endsWith('.json'));
    return readFile(join(identities.stateDir, name), 'utf8');
  };
  const token = (identity: ReturnType<typeof open>) => identity.credentials(provider.settings).current(never);

  it('keeps its token in the keyring where there is one, for all processes', async () => {
    const identity = open();
    expect(await signIn(identity, provider.settings)).toMatchObject({ state: 'signedIn', storage: 'keyring' });
    expect(await record()).not.toContain('refreshToken');
    expect((await token(open())).authorization).toMatch(/^Bearer /);
    expect((await token(open())).authorization).toMatch(/^Bearer /);
    await identity.signOut(provider.settings, never);
    expect(await open().status(provider.settings)).toMatchObject({ state: 'signedOut' });
  });

  it('waits for a keyring to be unlocked, and is not lost meanwhile', async () => {
    await signIn(open(), provider.settings);
    await keyring.lock();
    const identity = open();
    await expect(token(identity)).rejects.toMatchObject({ code: 'vault.refused' });
    expect(await identity.status(provider.settings)).toMatchObject({
      state: 'signedIn',
      reason: 'The keyring of this machine cannot be used: it is locked.',
    });
  });

  it('keeps its token in a file where no keyring answers, and says why', async () => {
    expect(await signIn(open({ PATH: process.env.PATH }), provider.settings)).toMatchObject({ storage: 'file' });
    expect(identities.lines.join('\n')).toContain('the sign-in is kept in a file: The keyring of this machine');
    expect(await record()).toContain('refreshToken');
  });

  it('is refused where it must be kept in a keyring that does not answer', async () => {
    const identity = identities.open({ storage: 'keyring', env: { PATH: process.env.PATH } });
    await expect(signIn(identity, provider.settings)).rejects.toMatchObject({ code: 'vault.refused' });
    expect(await identity.status(provider.settings)).toMatchObject({ state: 'signedOut' });
  });
});
