import { describe, expect, it } from 'vitest';
import type { Clock } from '../../kubernetes/index.ts';
import { SlipwayError } from '../../protocol/index.ts';
import type { LoginKeys } from '../access.ts';
import { PersonalLogin } from './personalLogin.ts';
import type { SshSession } from './sshSession.ts';

const never = new AbortController().signal;
const session: SshSession = {
  exec: () => Promise.reject(new Error('not here')),
  sftp: () => Promise.reject(new Error('not here')),
  failure: undefined,
  close: () => undefined,
};

/** A DevEnv and this machine, as far as they know each other. */
class Acquaintance {
  isPinned = true;
  isListed = true;
  /** What stands in the way of being introduced. */
  trouble: SlipwayError | undefined;
  /** So many logins after it was added a key is not known yet. */
  slowness = 0;
  readonly introduced: string[] = [];
  readonly waited: string[] = [];
  #now = 0;

  login(): PersonalLogin {
    const clock: Clock = {
      now: () => this.#now,
      sleep: (ms) => {
        this.#now += ms;
        return Promise.resolve();
      },
    };
    const keys: LoginKeys = {
      privateKey: () => Promise.resolve('private'),
      publicKeyLine: () => Promise.resolve('public'),
      pinnedHostKey: () => Promise.resolve(this.isPinned ? 'ssh-ed25519 AAAA' : undefined),
    };
    const space = { context: 'team-a' } as ConstructorParameters<typeof PersonalLogin>[0]['space'];
    return new PersonalLogin({
      space,
      keys,
      clock,
      name: 'devenv-alice',
      introduce: () => this.#introduce(),
      open: () => this.#open(),
    });
  }

  open(login: PersonalLogin): Promise<{ readonly tookMs: number }> {
    return login.open((text) => this.waited.push(text), never);
  }

  #introduce(): Promise<boolean> {
    if (this.trouble !== undefined) return Promise.reject(this.trouble);
    const isNew = !this.isListed;
    this.introduced.push(isNew ? 'new' : 'known');
    this.isPinned = true;
    this.isListed = true;
    return Promise.resolve(isNew);
  }

  #open(): Promise<SshSession> {
    this.#now += 40;
    if (!this.isPinned) return Promise.reject(new SlipwayError('ssh.hostKey', 'Never connected.'));
    const isKnown = this.isListed && (this.introduced.length === 0 || this.slowness-- <= 0);
    return isKnown ? Promise.resolve(session) : Promise.reject(new SlipwayError('ssh.refused', 'Who are you?'));
  }
}

describe('a login for something that a person has asked for', () => {
  it('of a machine that is known introduces nobody', async () => {
    const both = new Acquaintance();
    expect(await both.open(both.login())).toMatchObject({ tookMs: 40 });
    expect(both.introduced).toEqual([]);
  });

  it('of one that was never here introduces it first, and waits until its key is known', async () => {
    const both = Object.assign(new Acquaintance(), { isPinned: false, isListed: false, slowness: 3 });
    // What came before it is none of the time that a login takes.
    expect(await both.open(both.login())).toMatchObject({ tookMs: 40 });
    expect(both.introduced).toEqual(['new']);
    expect(new Set(both.waited)).toEqual(new Set(['devenv-alice learns the key of this machine']));
  });

  it('of one that made the DevEnv, and so is known there, pins the host key and waits for nothing', async () => {
    const both = Object.assign(new Acquaintance(), { isPinned: false });
    await both.open(both.login());
    expect(both.introduced).toEqual(['known']);
    expect(both.waited).toEqual([]);
  });

  it('of one that was taken off the list introduces it again', async () => {
    const both = Object.assign(new Acquaintance(), { isListed: false, slowness: 1 });
    await both.open(both.login());
    expect(both.introduced).toEqual(['new']);
  });

  it('of one that was taken off while it was in lets it in no more', async () => {
    const both = new Acquaintance();
    const login = both.login();
    await both.open(login);
    both.isListed = false;
    await expect(both.open(login)).rejects.toMatchObject({ code: 'ssh.refused' });
    expect(both.introduced).toEqual([]);
    // The next thing that the person asks for is another one.
    await both.open(both.login());
    expect(both.introduced).toEqual(['new']);
  });

  it('ends where it is refused for another reason than its key, or in spite of it', async () => {
    const known = Object.assign(new Acquaintance(), { slowness: Infinity, isPinned: false });
    await expect(known.open(known.login())).rejects.toMatchObject({ code: 'ssh.refused' });
    expect(known.waited).toEqual([]);
    const added = Object.assign(new Acquaintance(), { slowness: Infinity, isListed: false });
    await expect(added.open(added.login())).rejects.toMatchObject({ code: 'ssh.refused' });
    expect(added.introduced).toEqual(['new']);
  });

  it('tells what keeps the machine from being introduced', async () => {
    const trouble = new SlipwayError('cluster.forbidden', 'You may not patch secrets.');
    const both = Object.assign(new Acquaintance(), { isListed: false, trouble });
    await expect(both.open(both.login())).rejects.toBe(trouble);
  });
});
