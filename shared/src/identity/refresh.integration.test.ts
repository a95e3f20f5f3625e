import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { startWorker, type RefreshWorker } from './testing/startWorker.ts';
import { signIn, type TestIdentities } from './testing/testIdentity.ts';
import { signInRig } from './testing/signInRig.ts';
import type { TestProvider } from './testing/testProvider.ts';

const never = new AbortController().signal;
let provider: TestProvider;
let identities: TestIdentities;
const workers: RefreshWorker[] = [];

signInRig((rig) => ({ provider, identities } = rig), { groups: ['team-a'] });

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.kill()));
});

async function worker(): Promise<RefreshWorker> {
  const started = await startWorker(identities.stateDir, provider.settings);
  workers.push(started);
  return started;
}

/** Keeps answers to token requests back; resolves with the first that came. */
function holdTokens(): { readonly held: Promise<ServerResponse>; readonly release: () => void } {
  let arrived: (response: ServerResponse) => void = () => undefined;
  let release: () => void = () => undefined;
  const held = new Promise<ServerResponse>((resolve) => (arrived = resolve));
  const released = new Promise<void>((resolve) => (release = resolve));
  provider.intercept = async (request, response) => {
    if (request.url !== '/token') return false;
    arrived(response);
    await released;
    return response.destroyed;
  };
  return { held, release };
}

describe('refresh tokens that may be used once', () => {
  it('are refreshed by two processes at the same instant 200 times, and nobody is signed out', async () => {
    await signIn(identities.open(), provider.settings);
    const [one, other] = [await worker(), await worker()];
    const outcomes = new Set<string>();
    for (let round = 0; round < 200; round += 1) {
      for (const outcome of await Promise.all([one.refresh(), other.refresh()])) outcomes.add(outcome);
    }
    expect([...outcomes]).toEqual(['now refreshed']);
    expect(await identities.open().status(provider.settings)).toMatchObject({ state: 'signedIn' });
  });

  it('outlive the process that was about to use one', async () => {
    await signIn(identities.open(), provider.settings);
    const [dying, other] = [await worker(), await worker()];
    const { held, release } = holdTokens();
    const first = dying.refresh();
    await held;
    const second = other.refresh();
    await dying.kill();
    expect(await first).toBe('ended');
    release();
    expect(await second).toBe('now refreshed');
  });

  it('are asked for once by all who need a token at the same time, though the first of them gives up', async () => {
    await signIn(identities.open(), provider.settings);
    const identity = identities.open();
    const { held, release } = holdTokens();
    const credentials = identity.credentials(provider.settings);
    const leaving = new AbortController();
    const left = credentials.current(leaving.signal);
    const others = [credentials.current(never), credentials.current(never)];
    await held;
    leaving.abort(new Error('enough'));
    await expect(left).rejects.toThrow('enough');
    release();
    const [first, second] = await Promise.all(others);
    expect(first).toEqual(second);
    expect(provider.count('POST /token')).toBe(2);
  });

  it('are kept before a process that is told to end does so', async () => {
    await signIn(identities.open(), provider.settings);
    const ending = identities.open();
    const { held, release } = holdTokens();
    const leaving = new AbortController();
    const left = ending.credentials(provider.settings).current(leaving.signal);
    await held;
    leaving.abort(new Error('enough'));
    await expect(left).rejects.toThrow('enough');
    const disposed = ending.dispose();
    release();
    await disposed;
    expect(await (await worker()).refresh()).toBe('now refreshed');
  });
});
