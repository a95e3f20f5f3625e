import { describe, expect, it } from 'vitest';
import { type NotificationParams, type SignInPrompt, type SignInStatus, SlipwayError } from '../protocol/index.ts';
import { NotificationEmitters } from './notificationEmitters.ts';
import { pageOf, SignIn, type SignInOptions, type SignInState } from './signIn.ts';

const signedIn: SignInStatus = { state: 'signedIn', user: 'alice' };
const code: SignInPrompt = {
  kind: 'code',
  userCode: 'WDJB-MJHT',
  verificationUri: 'https://sso.example.com/device',
  expiresAt: 9,
};
const page: SignInPrompt = {
  kind: 'open',
  url: 'https://sso.example.com/authorize?state=1',
  redirectUri: 'http://127.0.0.1:1/oauth/callback',
  expiresAt: 9,
};

interface Asked {
  readonly name: string;
  readonly params: { readonly id?: string; readonly redirectUri?: string; readonly url?: string };
  readonly answer: (result: unknown) => void;
  readonly fail: (error: Error) => void;
}

function rig(options: Partial<Pick<SignInOptions, 'openUrl' | 'redirectUri'>> = {}) {
  const notifications = new NotificationEmitters();
  const asked: Asked[] = [];
  const opened: string[] = [];
  let held = 0;
  let ids = 0;
  const signIn = new SignIn({
    core: {
      request: (name, params, signal) =>
        new Promise((resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
          asked.push({ name, params: params as Asked['params'], answer: resolve as Asked['answer'], fail: reject });
        }),
      onNotification: (name, listener) => notifications.on(name, listener),
      hold: () => {
        held += 1;
        return { dispose: () => (held -= 1) };
      },
    },
    openUrl: (url) => void opened.push(url),
    redirectUri: () => undefined,
    newId: () => `id-${++ids}`,
    ...options,
  });
  const states: SignInState['kind'][] = [];
  signIn.onChange(({ kind }) => states.push(kind));
  return {
    signIn,
    opened,
    states,
    held: () => held,
    last: (): Asked => {
      const found = asked.at(-1);
      if (found === undefined) throw new Error('nothing was asked');
      return found;
    },
    prompt: (params: NotificationParams<'identity/prompt'>) => notifications.fire('identity/prompt', params),
  };
}

describe('a sign-in', () => {
  it('opens the page of the provider and tells who signed in', async () => {
    const { signIn, last, prompt, opened, states, held } = rig();
    const done = signIn.start('team-a', 'browser');
    expect(signIn.state).toEqual({ kind: 'waiting', context: 'team-a', flow: 'browser', prompt: undefined });
    expect(held()).toBe(1);
    prompt({ id: 'id-1', prompt: page });
    expect(opened).toEqual([page.url]);
    last().answer(signedIn);
    expect(await done).toBe(true);
    expect(signIn.state).toEqual({ kind: 'done', context: 'team-a', status: signedIn });
    expect(states).toEqual(['waiting', 'waiting', 'done']);
    expect(held()).toBe(0);
  });

  it('shows a code, and its page only when it is asked for', async () => {
    const { signIn, last, prompt, opened } = rig();
    const done = signIn.start('team-a', 'device');
    prompt({ id: 'id-1', prompt: code });
    expect(signIn.state).toMatchObject({ kind: 'waiting', prompt: code });
    expect(opened).toEqual([]);
    await signIn.reopen();
    expect(opened).toEqual([code.verificationUri]);
    last().answer(signedIn);
    expect(await done).toBe(true);
  });

  it('takes no prompt of another one', () => {
    const { signIn, prompt, opened } = rig();
    void signIn.start('team-a', 'browser');
    prompt({ id: 'of-another-window', prompt: page });
    expect(signIn.state).toMatchObject({ kind: 'waiting', prompt: undefined });
    expect(opened).toEqual([]);
    signIn.dispose();
  });

  it('names the address that this host can take a callback at, for the browser alone', () => {
    const { signIn, last } = rig({ redirectUri: () => 'https://hub.example.com/callback' });
    void signIn.start('team-a', 'browser');
    expect(last().params.redirectUri).toBe('https://hub.example.com/callback');
    void signIn.start('team-a', 'device');
    expect(last().params.redirectUri).toBeUndefined();
    signIn.dispose();
  });

  it('takes the place of the one before', async () => {
    const { signIn, last, held } = rig();
    const first = signIn.start('team-a', 'browser');
    const second = signIn.start('team-b', 'device');
    expect(await first).toBe(false);
    expect(signIn.state).toMatchObject({ kind: 'waiting', context: 'team-b' });
    last().answer(signedIn);
    expect(await second).toBe(true);
    expect(held()).toBe(0);
  });

  it('is given up without an error', async () => {
    const { signIn, states } = rig();
    const done = signIn.start('team-a', 'browser');
    signIn.cancel();
    expect(await done).toBe(false);
    expect(signIn.state).toEqual({ kind: 'idle' });
    expect(states).toEqual(['waiting', 'idle']);
  });

  it('says why it failed, until the next one', async () => {
    const { signIn, last } = rig();
    const done = signIn.start('team-a', 'browser');
    const error = new SlipwayError('signIn.denied', 'The sign-in was refused.');
    last().fail(error);
    expect(await done).toBe(false);
    expect(signIn.state).toEqual({ kind: 'failed', context: 'team-a', flow: 'browser', error });
  });

  it('goes on where no browser opens: its address is shown', async () => {
    const { signIn, last, prompt } = rig({ openUrl: () => Promise.reject(new Error('no browser')) });
    const done = signIn.start('team-a', 'browser');
    prompt({ id: 'id-1', prompt: page });
    expect(signIn.state).toMatchObject({ kind: 'waiting', prompt: page });
    last().answer(signedIn);
    expect(await done).toBe(true);
  });

  it('hands a callback that the host received to the core', async () => {
    const { signIn, last } = rig();
    const done = signIn.complete('https://hub.example.com/callback?code=1&state=2', new AbortController().signal);
    expect(last()).toMatchObject({ name: 'identity/complete', params: { url: expect.stringContaining('state=2') } });
    last().answer({});
    await done;
  });
});

describe('the page of a sign-in', () => {
  it('is the one with the code in it, where there is one', () => {
    expect(
      pageOf({ ...code, verificationUriComplete: 'https://sso.example.com/device?user_code=WDJB-MJHT' }),
    ).toContain('user_code');
  });

  it.each(['javascript:alert(1)', 'file:///etc/passwd', 'vscode://command', ' https://sso.example.com'])(
    'is never %s',
    (url) => {
      expect(() => pageOf({ ...page, url })).toThrow('no web page');
    },
  );
});
