import { Emitter, NotificationEmitters, SignIn } from '@slipway/shared/client';
import { type ContextSummary, type SignInStatus, SlipwayError } from '@slipway/shared/protocol';
import { describe, expect, it } from 'vitest';
import { Account } from './account.ts';

interface Asked {
  readonly name: string;
  readonly params: object;
  readonly answer: (result: unknown) => void;
  readonly fail: (error: Error) => void;
}

function rig(isReady = true) {
  const changes = new Emitter<undefined>();
  const asked: Asked[] = [];
  const log: string[] = [];
  let summaries: readonly ContextSummary[] = [];
  const core = {
    request: (name: string, params: object, signal: AbortSignal) =>
      new Promise<never>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
        asked.push({ name, params, answer: resolve as Asked['answer'], fail: reject });
      }),
  };
  const notifications = new NotificationEmitters();
  const signIn = new SignIn({
    core: {
      ...core,
      onNotification: (name, listener) => notifications.on(name, listener),
      hold: () => ({ dispose: () => undefined }),
    },
    openUrl: (url) => void log.push(`open ${url}`),
    redirectUri: () => undefined,
    newId: () => 'id',
  });
  const account = new Account({
    core,
    contexts: {
      get: (name) => summaries.find((each) => each.name === name),
      get contexts() {
        return summaries;
      },
      problem: undefined,
      onChange: (listener) => changes.on(listener),
    },
    signIn,
    tab: { prepare: (words) => void log.push(`tab ${words}`), discard: () => void log.push('no tab') },
    ready: () => (isReady ? Promise.resolve() : Promise.reject(new SlipwayError('internal', 'No server.'))),
    preparing: 'Asking…',
    chooseContext: (context) => void log.push(`choose ${context}`),
    confirmRemoval: () => Promise.resolve(true),
    troubleIn: (error) => ({ message: (error as Error).message, action: undefined }),
    onFailure: (error) => void log.push(`failed: ${(error as Error).message}`),
  });
  return {
    account,
    signIn,
    asked,
    log,
    is: (status: SignInStatus) => {
      summaries = [{ name: 'team-a', current: false, authentication: 'oidc', signIn: status }];
      changes.fire(undefined);
    },
    next: (name: string): Asked => {
      const found = asked.findLast((one) => one.name === name);
      if (found === undefined) throw new Error(`nobody asked for ${name}`);
      return found;
    },
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('the account in the side panel', () => {
  it('opens a tab in the click for the browser, none for a code, and closes one that nothing came for', async () => {
    const { account, log, next } = rig();
    account.signIn('team-a', 'browser');
    expect(log).toEqual(['tab Asking…']);
    await settled();
    next('identity/signIn').fail(new SlipwayError('issuer.unreachable', 'It does not answer.'));
    await settled();
    expect(log).toEqual(['tab Asking…', 'no tab']);
    log.length = 0;
    account.signIn('team-a', 'device');
    await settled();
    expect(log.filter((line) => line.startsWith('tab'))).toEqual([]);
  });

  it('keeps the tab of the press that counts, where one took the place of another', async () => {
    const { account, log } = rig();
    account.signIn('team-a', 'browser');
    await settled();
    account.signIn('team-a', 'browser');
    await settled();
    expect(log).toEqual(['tab Asking…', 'tab Asking…']);
    account.cancel();
    expect(log.at(-1)).toBe('no tab');
  });

  it('says why nothing begins where the server does not answer', async () => {
    const { account, asked, log } = rig(false);
    account.signIn('team-a', 'browser');
    await settled();
    expect(log).toEqual(['tab Asking…', 'no tab', 'failed: No server.']);
    expect(asked).toEqual([]);
  });

  it('asks for spaces when somebody looks, and forgets them with the person they were of', async () => {
    const { account, is, next } = rig();
    is({ state: 'signedIn', user: 'alice' });
    account.loadSpaces('team-a');
    expect(account.spaces('team-a')).toEqual({ kind: 'loading' });
    next('identity/spaces').answer({ spaces: [], notes: ['None.'] });
    await settled();
    expect(account.spaces('team-a')).toEqual({ kind: 'loaded', spaces: [], notes: ['None.'] });
    is({ state: 'signedIn', user: 'alice', idTokenExpiresAt: 7 });
    expect(account.spaces('team-a').kind).toBe('loaded');
    account.loadSpaces('team-a');
    const late = next('identity/spaces');
    is({ state: 'signedIn', user: 'bob' });
    late.answer({ spaces: [], notes: ['Of alice.'] });
    await settled();
    expect(account.spaces('team-a')).toEqual({ kind: 'unknown' });
  });

  it('says why spaces cannot be shown', async () => {
    const { account, is, next } = rig();
    is({ state: 'signedIn', user: 'alice' });
    account.loadSpaces('team-a');
    const error = new SlipwayError('cluster.unreachable', 'No route.');
    next('identity/spaces').fail(error);
    await settled();
    expect(account.spaces('team-a')).toEqual({ kind: 'failed', error });
  });

  it('tells what a sign-out left, until somebody is signed in again', async () => {
    const { account, is, next } = rig();
    is({ state: 'signedIn', user: 'alice' });
    const done = account.signOut('team-a');
    next('identity/signOut').answer({ sessionEnded: true, note: 'A copy of the token works until 12:00.' });
    await done;
    is({ state: 'signedOut' });
    expect(account.signOutNote('team-a')).toBe('A copy of the token works until 12:00.');
    is({ state: 'signedIn', user: 'alice' });
    expect(account.signOutNote('team-a')).toBeUndefined();
  });

  it('chooses the context that came, and asks before one is replaced', async () => {
    const { account, next, log } = rig();
    const first = account.importContexts({ text: 'name: team-a' });
    next('contexts/import').fail(new SlipwayError('context.exists', 'There is a context team-a.'));
    expect(await first).toEqual({
      kind: 'exists',
      trouble: { message: 'There is a context team-a.', action: undefined },
    });
    expect(log).toEqual([]);
    const second = account.importContexts({ text: 'name: team-a', replace: true });
    next('contexts/import').answer({ contexts: ['team-a'], notes: [] });
    expect(await second).toEqual({ kind: 'added', contexts: ['team-a'], notes: [] });
    expect(log).toEqual(['choose team-a']);
    const third = account.importContexts({ text: ':' });
    next('contexts/import').fail(new SlipwayError('context.invalid', 'No YAML.'));
    expect(await third).toMatchObject({ kind: 'failed', trouble: { message: 'No YAML.' } });
  });

  it('says what is wrong with an address that was pasted', async () => {
    const { account, next } = rig();
    const pasted = account.complete('  https://x/?state=1 \n');
    expect(next('identity/complete').params).toEqual({ url: 'https://x/?state=1' });
    next('identity/complete').fail(new SlipwayError('signIn.failed', 'Of another sign-in.'));
    expect(await pasted).toEqual({ message: 'Of another sign-in.', action: undefined });
    const good = account.complete('https://x/?state=2');
    next('identity/complete').answer({});
    expect(await good).toBeUndefined();
  });

  it('reads the space anew once another one is chosen, and says why it is not', async () => {
    const { account, next, log } = rig();
    void account.chooseSpace('team-a', 'lab');
    expect(next('contexts/setSpace').params).toEqual({ context: 'team-a', namespace: 'lab' });
    next('contexts/setSpace').answer({});
    await settled();
    next('identity/spaces').answer({ spaces: [], notes: [] });
    void account.chooseSpace('team-a', 'other');
    next('contexts/setSpace').fail(new SlipwayError('disk.denied', 'It cannot be written.'));
    await settled();
    expect(log).toEqual(['failed: It cannot be written.']);
  });
});
