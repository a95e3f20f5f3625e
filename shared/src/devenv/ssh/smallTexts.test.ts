import { describe, expect, it } from 'vitest';
import { fingerprintOf, makeSshKey } from '../keys/index.ts';
import { devicesOf, withKey, withoutKey } from './authorizedKeys.ts';
import { renderConfig } from './hostConfig.ts';
import { pinnedKey, withoutPin, withPin } from './knownHosts.ts';

describe('known_hosts', () => {
  it('holds one key for each host', () => {
    const one = withPin('', 'devenv-a.lab', 'ssh-ed25519 AAAA');
    const two = withPin(one, 'devenv-a.lab-2', 'ssh-ed25519 BBBB');
    expect(pinnedKey(two, 'devenv-a.lab')).toBe('ssh-ed25519 AAAA');
    const other = withPin(two, 'devenv-a.lab', 'ssh-ed25519 CCCC');
    expect(other).toBe('devenv-a.lab-2 ssh-ed25519 BBBB\ndevenv-a.lab ssh-ed25519 CCCC\n');
    expect(pinnedKey(withoutPin(other, 'devenv-a.lab'), 'devenv-a.lab')).toBeUndefined();
    expect(pinnedKey(withoutPin(other, 'devenv-a.lab'), 'devenv-a.lab-2')).toBe('ssh-ed25519 BBBB');
  });
});

describe('authorized_keys', () => {
  const [laptop, desk] = [makeSshKey('ada@laptop').publicKeyLine, makeSshKey('ada@desk').publicKeyLine];

  it('takes each key once, whatever it is called', () => {
    const text = withKey(withKey('# mine', laptop), desk);
    expect(text).toBe(`# mine\n${laptop}\n${desk}\n`);
    expect(withKey(text, `${laptop} again`)).toBe(text);
  });

  it('loses a key and nothing else', () => {
    const text = `# mine\nfrom="10.0.0.0/8" ${laptop}\n${desk}\n`;
    expect(withoutKey(text, fingerprintOf(laptop) ?? '')).toBe(`# mine\n${desk}\n`);
    expect(withoutKey(text, 'SHA256:none')).toBe(text);
  });

  it('says who may log in, and which of them is this machine', () => {
    const mine = fingerprintOf(desk);
    expect(devicesOf(`${laptop}\nnonsense\n${desk}\n`, mine)).toEqual([
      { fingerprint: fingerprintOf(laptop), name: 'ada@laptop', current: false },
      { fingerprint: mine, name: 'ada@desk', current: true },
    ]);
  });
});

describe('our own config', () => {
  const options = {
    paths: { privateKey: '/k', knownHosts: '/h' },
    launcher: '/bin/slipway',
    platform: 'linux' as const,
  };

  it('is a host for each DevEnv', () => {
    const host = { host: 'devenv-ada.lab', context: 'lab', namespace: 'team-a', name: 'devenv-ada' };
    const text = renderConfig([host], options);
    expect(text).toMatch(/^Host devenv-ada\.lab$/m);
    expect(text).toMatch(/^ {2}ProxyCommand \/bin\/slipway ssh-proxy --context lab --namespace team-a devenv-ada$/m);
    expect(text).toMatch(/^ {2}StrictHostKeyChecking yes$/m);
  });

  it('takes no name that could mean something to ssh or to a shell', () => {
    for (const bad of ['a b', 'a\nProxyCommand evil', '*', '-oProxyCommand=x', '$(id)', '']) {
      for (const known of [
        { host: bad, context: 'lab', namespace: 'a', name: 'devenv-ada' },
        { host: 'devenv-ada.lab', context: bad, namespace: 'a', name: 'devenv-ada' },
        { host: 'devenv-ada.lab', context: 'lab', namespace: bad, name: 'devenv-ada' },
        { host: 'devenv-ada.lab', context: 'lab', namespace: 'a', name: bad },
      ]) {
        expect(() => renderConfig([known], options)).toThrow('cannot be a part of a host');
      }
    }
  });
});
