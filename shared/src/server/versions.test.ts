import { describe, expect, it } from 'vitest';
import { SlipwayError } from '../protocol/index.ts';
import { checkVersion } from './versions.ts';

function refusal(hostProtocol: string, name: string, core: string): SlipwayError {
  try {
    checkVersion(hostProtocol, { name, version: '1.2.3' }, core);
  } catch (error) {
    if (SlipwayError.is(error)) return error;
  }
  throw new Error('It was accepted.');
}

describe('checkVersion', () => {
  it.each([
    ['1.0', '1.0'],
    ['1.7', '1.0'],
    ['1.0', '1.9'],
    ['12.0', '12.3'],
  ])('accepts host %s with core %s: minor versions only add', (host, core) => {
    expect(() => checkVersion(host, { name: 'vscode', version: '1' }, core)).not.toThrow();
  });

  it.each([
    ['vscode', 'code --install-extension slipway.slipway-vscode --force (to 2.x)'],
    ['jupyterlab', 'pip install --upgrade "slipway-jupyterlab==2.*"'],
    ['cli', 'npm install --global slipway@2'],
    ['something new', 'install a release of it that speaks protocol 2.x'],
    ['constructor', 'install a release of it that speaks protocol 2.x'],
  ])('tells an older %s how to come to the core', (name, command) => {
    const error = refusal('1.4', name, '2.0');
    expect(error.code).toBe('protocol.version');
    expect(error.message).toMatch(/^This host is older than the core: .* speaks protocol 1\.4, the core 2\.0\.$/);
    expect(error.action).toContain(command);
  });

  it.each([
    ['vscode', 'npm install --global slipway@10'],
    ['jupyterlab', 'pip install --upgrade "slipway-jupyterlab==10.*"'],
  ])('tells %s how to bring up an older core', (name, command) => {
    const error = refusal('10.0', name, '9.3');
    expect(error.message).toMatch(/^The core is older than this host/);
    expect(error.action).toBe(`Update the core: ${command}`);
  });

  it.each(['', '1', 'v1.0', '1.0.0', '-1.0', '99999999999999999999.0'])(
    'refuses %j, which is no version',
    (version) => {
      expect(refusal(version, 'vscode', '1.0').code).toBe('protocol.invalid');
    },
  );
});
