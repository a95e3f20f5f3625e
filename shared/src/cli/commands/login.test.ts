import { describe, expect, it } from 'vitest';
import { SlipwayError, type SignInPrompt, type SignInStatus, type Whoami } from '../../protocol/index.ts';
import { eventually, slipway, start } from '../testing/commandLine.ts';
import { FakeCore } from '../testing/fakeCore.ts';
import { startTime } from '../testing/fakeIo.ts';
import { settle } from '../testing/runs.ts';

const alice: SignInStatus = { state: 'signedIn', user: 'alice', groups: ['ds-team'], storage: 'keyring' };
const open: SignInPrompt = {
  kind: 'open',
  url: 'https://sso.example/auth?client_id=slipway&state=abc',
  redirectUri: 'http://127.0.0.1:4321/oauth/callback',
  expiresAt: startTime + 300_000,
};
const code: SignInPrompt = {
  kind: 'code',
  userCode: 'WDJB-MJHT',
  verificationUri: 'https://sso.example/device',
  verificationUriComplete: 'https://sso.example/device?user_code=WDJB-MJHT',
  expiresAt: startTime + 600_000,
};

/** A core in which somebody is asked to sign in, and does when the test says so. */
function signInCore(prompt: SignInPrompt) {
  const core = new FakeCore();
  const asked: { context: string; flow: string }[] = [];
  let finish: (status: SignInStatus) => void = () => undefined;
  core.handlers['identity/signIn'] = ({ context, id, flow }, signal) => {
    asked.push({ context, flow });
    return new Promise((resolve, reject) => {
      finish = resolve;
      signal.addEventListener('abort', () => reject(signal.reason as Error));
      core.notify('identity/prompt', { id: 'of another', prompt: code });
      core.notify('identity/prompt', { id, prompt });
    });
  };
  return { core, asked, finish: (status: SignInStatus) => finish(status) };
}

const terminal = { columns: 90, rows: 20 };

describe('slipway login', () => {
  it('opens the browser, shows the address and counts down in place', async () => {
    const { core, asked, finish } = signInCore(open);
    const { io, ended } = start(['login', '--context', 'team-a'], { core, terminal, desktop: true });
    await eventually(() => io.shown.includes('left'), 'nothing counts down');
    const before = io.shown;
    io.advance(61_000);
    const later = io.shown;
    finish(alice);
    expect(await ended).toBe(0);
    expect(asked).toEqual([{ context: 'team-a', flow: 'browser' }]);
    expect(io.opened).toEqual([open.url]);
    expect(io.screen?.scrolledOff).toEqual([]);
    expect(io.timers).toBe(0);
    const frames = [before, later, io.shown].join('\n\n────────\n');
    await expect(`${frames}\n`).toMatchFileSnapshot('../__golden__/login-browser.terminal.txt');
  });

  it('shows a code for another device', async () => {
    const { core, asked, finish } = signInCore(code);
    const { io, ended } = start(['login', '--context', 'team-a', '--device'], { core, terminal });
    await eventually(() => io.shown.includes('left'), 'nothing counts down');
    const before = io.shown;
    finish({ ...alice, storage: 'memory' });
    expect(await ended).toBe(0);
    expect(asked).toEqual([{ context: 'team-a', flow: 'device' }]);
    expect(io.opened).toEqual([]);
    await expect(`${before}\n\n────────\n${io.shown}\n`).toMatchFileSnapshot('../__golden__/login-device.terminal.txt');
  });

  it('piped, says it once and leaves the waiting to the reader', async () => {
    const { core, finish } = signInCore(code);
    const { io, ended } = start(['login', '--context', 'team-a', '--device'], { core });
    await eventually(() => io.shown.includes('WDJB'), 'no code was shown');
    finish(alice);
    await ended;
    expect(io.written.stdout).not.toContain('\u001b');
    expect(io.written.stdout).not.toContain('left');
  });

  it('hands over the address that is pasted', async () => {
    const { core, finish } = signInCore(open);
    const pasted: string[] = [];
    core.handlers['identity/complete'] = ({ url }) => {
      pasted.push(url);
      finish(alice);
      return Promise.resolve({});
    };
    const { io, ended } = start(['login', '--context', 'team-a', '--paste'], { core });
    await eventually(() => io.shown.includes('address: '), 'nothing was asked');
    io.stdin.write('http://127.0.0.1:4321/oauth/callback?code=1&state=abc\n');
    expect(await ended).toBe(0);
    expect(pasted).toEqual(['http://127.0.0.1:4321/oauth/callback?code=1&state=abc']);
    expect(io.opened).toEqual([]);
  });

  it('says so where the pasted address is none', async () => {
    const { core } = signInCore(open);
    core.handlers['identity/complete'] = () => Promise.reject(new SlipwayError('signIn.failed', 'It has no code.'));
    const { io, ended } = start(['login', '--context', 'team-a', '--paste'], { core });
    await eventually(() => io.shown.includes('address: '), 'nothing was asked');
    io.stdin.write('x\n');
    expect(await ended).toBe(4);
    expect(io.written.stderr).toContain('It has no code.');
  });

  it('is given up with Ctrl-C', async () => {
    const { core } = signInCore(open);
    const { io, ended } = start(['login', '--context', 'team-a'], { core, terminal });
    await eventually(() => io.shown.includes('left'), 'nothing counts down');
    io.signal('SIGINT');
    expect(await ended).toBe(3);
    await settle();
    expect(io.shown).not.toContain('left');
    expect(io.screen?.cursorVisible).toBe(true);
    expect(core.listeners).toBe(0);
  });
});

it('slipway logout says what was done', async () => {
  const core = new FakeCore();
  core.handlers['identity/signOut'] = () => Promise.resolve({ sessionEnded: true, note: 'You are signed out.' });
  expect(await slipway(['logout', '--context', 'team-a'], { core })).toMatchObject({
    exitCode: 0,
    stdout: 'signed out of team-a\nYou are signed out.\n',
  });
});

describe('slipway whoami', () => {
  const provider = {
    issuer: 'https://sso.example/realms/lab',
    user: 'alice',
    groups: ['ds-team', 'admins'],
    tokenExpiresAt: startTime + 250_000,
  };

  async function told(answer: Whoami) {
    const core = new FakeCore();
    core.handlers['identity/whoami'] = () => Promise.resolve(answer);
    return slipway(['whoami', '--context', 'team-a'], { core });
  }

  it('shows both sides', async () => {
    const cluster = { user: 'oidc:alice', groups: ['oidc:ds-team', 'system:authenticated'] };
    const { stdout, exitCode } = await told({ provider, cluster, checks: [] });
    expect(exitCode).toBe(0);
    await expect(stdout).toMatchFileSnapshot('../__golden__/whoami.piped.txt');
  });

  it('says why the cluster does not know somebody', async () => {
    const failure = { message: 'The cluster did not accept who you are.', action: 'Sign in again.' };
    const checks = [
      { name: 'clock', outcome: 'pass' as const, detail: 'the token is good for 4m 10s', durationMs: 0 },
      { name: 'issuer', outcome: 'fail' as const, detail: 'they differ by a slash', fix: 'Correct it.', durationMs: 0 },
    ];
    const { stdout, exitCode } = await told({ provider, failure, checks });
    expect(exitCode).toBe(4);
    await expect(stdout).toMatchFileSnapshot('../__golden__/whoami-refused.piped.txt');
  });

  it('says how to sign in where nobody is', async () => {
    const core = new FakeCore();
    const action = 'Sign in with "slipway login --context team-a".';
    core.handlers['identity/whoami'] = () =>
      Promise.reject(new SlipwayError('signIn.required', 'Nobody is signed in.', { action }));
    const ended = await slipway(['whoami', '--context', 'team-a'], { core });
    expect(ended).toMatchObject({ exitCode: 4, stdout: '' });
    expect(ended.stderr).toBe(`error   Nobody is signed in.\nfix     ${action}\n`);
  });
});
