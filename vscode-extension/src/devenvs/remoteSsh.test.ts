import { posix, win32 } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authorityOf, configFileOf, flavourFor, hostOf, installedFlavour, settingsFor } from './remoteSsh.ts';

describe('the extension that opens windows over SSH', () => {
  it('is whichever is installed, that of VS Code itself first', () => {
    const among = (...ids: string[]): string | undefined => installedFlavour((id) => ids.includes(id))?.id;
    expect(among('jeanp413.open-remote-ssh')).toBe('jeanp413.open-remote-ssh');
    expect(among('jeanp413.open-remote-ssh', 'ms-vscode-remote.remote-ssh')).toBe('ms-vscode-remote.remote-ssh');
    expect(among('ms-python.python')).toBeUndefined();
  });

  it.each([
    ['vscode', 'ms-vscode-remote.remote-ssh'],
    ['vscode-insiders', 'ms-vscode-remote.remote-ssh'],
    ['cursor', 'anysphere.remote-ssh'],
    ['windsurf-next', 'codeium.windsurf-remote-openssh'],
    ['antigravity', 'google.antigravity-remote-openssh'],
    ['vscodium', 'jeanp413.open-remote-ssh'],
  ])('that %s can install is %s', (scheme, id) => expect(flavourFor(scheme).id).toBe(id));
});

describe('the address of a window', () => {
  it('names the host as it is, where an address can', () => {
    expect(authorityOf('devenv-alice.team-a')).toBe('ssh-remote+devenv-alice.team-a');
  });

  it('tells the same host again, whatever it is called and though addresses are in small letters', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (context) => {
        const host = `devenv-alice.${context}`;
        expect(hostOf(authorityOf(host).toLowerCase())).toBe(host);
      }),
    );
  });

  it('is none of ours without SSH, and what only looks like a host in disguise is one', () => {
    expect(hostOf('wsl+ubuntu')).toBeUndefined();
    expect(hostOf('127.0.0.1:8080')).toBeUndefined();
    expect(hostOf('ssh-remote+7b7d')).toBe('7b7d');
    expect(hostOf('ssh-remote+7bff7d')).toBe('7bff7d');
  });
});

describe('the settings of Remote-SSH', () => {
  const unset = { remotePlatform: undefined, connectTimeout: undefined, enableRemoteCommand: undefined };
  const host = 'devenv-alice.team-a';

  it('are completed, and what others have there stays', () => {
    expect(settingsFor(host, { ...unset, remotePlatform: { other: 'windows' }, connectTimeout: 15 })).toEqual({
      remotePlatform: { other: 'windows', [host]: 'linux' },
      connectTimeout: 1800,
    });
  });

  it('are left alone where they will do', () => {
    expect(settingsFor(host, { ...unset, remotePlatform: { [host]: 'linux' }, connectTimeout: 3600 })).toEqual({});
  });

  it('tell no platform where a RemoteCommand does', () => {
    expect(settingsFor(host, { ...unset, enableRemoteCommand: true })).toEqual({ connectTimeout: 1800 });
  });
});

describe('the ssh config that Remote-SSH is set to', () => {
  it.each([
    ['', undefined],
    [undefined, undefined],
    ['/etc/own', '/etc/own'],
    ['~/own/config', '/home/alice/own/config'],
    ['$HOME/own', '/home/alice/own'],
    ['own', '/home/alice/own'],
  ])('%j is %j', (setting, path) => expect(configFileOf(setting, '/home/alice', posix)).toBe(path));

  it('may be one of Windows', () => {
    expect(configFileOf('~\\.ssh\\own', 'C:\\Users\\A B', win32)).toBe('C:\\Users\\A B\\.ssh\\own');
    expect(configFileOf('C:\\own', 'C:\\Users\\A B', win32)).toBe('C:\\own');
  });
});
