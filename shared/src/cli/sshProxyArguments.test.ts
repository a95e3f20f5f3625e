import { describe, expect, it } from 'vitest';
import { parseSshProxy } from './sshProxyArguments.ts';

describe('slipway ssh-proxy', () => {
  it('is told the context, the space and the DevEnv', () => {
    const told = { context: 'lab', namespace: 'team-a', name: 'devenv-ada' };
    expect(parseSshProxy(['--context', 'lab', '--namespace', 'team-a', 'devenv-ada'])).toEqual(told);
    expect(parseSshProxy(['devenv-ada', '--context', 'lab'])).toEqual({ ...told, namespace: undefined });
  });

  it.each([
    [],
    ['devenv-ada'],
    ['--context', 'lab'],
    ['--context'],
    ['--context', 'lab', 'devenv-ada', 'x'],
    ['--context', '../lab', 'devenv-ada'],
    ['--context', 'lab', '--namespace', 'a b', 'devenv-ada'],
    ['--context', 'lab', 'devenv-ada/portforward'],
  ])('refuses other words: %j', (...argv) => {
    expect(() => parseSshProxy(argv)).toThrow('is started by ssh');
  });
});
