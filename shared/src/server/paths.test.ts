import { describe, expect, it } from 'vitest';
import { environmentPaths } from './paths.ts';

describe('environmentPaths', () => {
  it('follows the XDG variables', () => {
    const env = { XDG_DATA_HOME: '/data', XDG_CACHE_HOME: '/cache', XDG_CONFIG_HOME: '/config' };
    expect(environmentPaths(env, '/home/a', 'linux')).toEqual({
      dataDir: '/data/slipway',
      environmentsDir: '/cache/slipway/environments',
      configDir: '/config/slipway',
    });
  });

  it.each([{}, { XDG_DATA_HOME: '', XDG_CACHE_HOME: 'relative/cache' }])(
    'has the defaults of those rules for %j',
    (env) => {
      expect(environmentPaths(env, '/home/a b', 'darwin')).toEqual({
        dataDir: '/home/a b/.local/share/slipway',
        environmentsDir: '/home/a b/.cache/slipway/environments',
        configDir: '/home/a b/.config/slipway',
      });
    },
  );

  it('keeps to local application data on Windows', () => {
    const env = { LOCALAPPDATA: 'C:\\Users\\a\\AppData\\Local' };
    expect(environmentPaths(env, 'C:\\Users\\a', 'win32')).toEqual({
      dataDir: 'C:\\Users\\a\\AppData\\Local\\slipway',
      environmentsDir: 'C:\\Users\\a\\AppData\\Local\\cache\\slipway\\environments',
      configDir: 'C:\\Users\\a\\AppData\\Local\\slipway',
    });
    expect(environmentPaths({}, 'C:\\Users\\a', 'win32').dataDir).toBe('C:\\Users\\a\\AppData\\Local\\slipway');
  });
});
