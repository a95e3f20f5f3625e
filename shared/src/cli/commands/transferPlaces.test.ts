import { describe, expect, it } from 'vitest';
import { transferPlaces } from './transferPlaces.ts';

const linux = { cwd: '/home/ada', platform: 'linux' } as const;

describe('what to copy, and where to', () => {
  it.each([
    [
      ['data/', 'devenv-alice:'],
      { direction: 'upload', name: 'devenv-alice', local: ['/home/ada/data'], remote: ['.'] },
    ],
    [['a', '/b', 'gpu:in put'], { direction: 'upload', name: 'gpu', local: ['/home/ada/a', '/b'], remote: ['in put'] }],
    [
      ['devenv-alice:/data/x', '.'],
      { direction: 'download', name: 'devenv-alice', local: ['/home/ada'], remote: ['/data/x'] },
    ],
    [[':a', ':b', 'c'], { direction: 'download', name: '', local: ['/home/ada/c'], remote: ['a', 'b'] }],
    [['./a:b', ':'], { direction: 'upload', name: '', local: ['/home/ada/a:b'], remote: ['.'] }],
    [['x', 'n:a:b'], { direction: 'upload', name: 'n', local: ['/home/ada/x'], remote: ['a:b'] }],
  ])('%j', (paths, places) => {
    expect(transferPlaces(paths, linux)).toMatchObject(places);
  });

  it.each([
    [['a', 'b'], 'Neither side is in a DevEnv.'],
    [['x:a', 'y:b'], 'Both sides are in a DevEnv.'],
    [['x:a', 'b', 'c'], 'Neither side is in a DevEnv.'],
    [['x:a', 'y:b', 'c'], 'Two DevEnvs are named.'],
    [['a'], 'Name what to copy, and where to.'],
    [['', ':'], 'A path is empty.'],
  ])('%j: %s', (paths, message) => {
    expect(() => transferPlaces(paths, linux)).toThrow(message);
  });

  it.each([':', ':.', ':in/', ':in/.', ':..', ':/', '.', '..', 'in/', 'a/..', '/'])(
    '%j is written as a folder',
    (to) => {
      expect(transferPlaces([to.startsWith(':') ? 'a' : ':a', to], linux).toFolder).toBe(true);
    },
  );

  it.each([':in', ':in/a.txt', ':/data/x.', ':...', 'in', './in', '../in', 'a..', 'in\\\\'])(
    '%j may be a new name',
    (to) => {
      expect(transferPlaces([to.startsWith(':') ? 'a' : ':a', to], linux).toFolder).toBe(false);
    },
  );

  it('takes the letter of a drive for no DevEnv on Windows', () => {
    const windows = { cwd: 'C:\\Users\\ada', platform: 'win32' } as const;
    expect(transferPlaces(['C:\\data', 'gpu:'], windows)).toMatchObject({ direction: 'upload', name: 'gpu' });
    expect(transferPlaces(['gpu:data', 'C:\\in\\'], windows).toFolder).toBe(true);
    expect(transferPlaces(['gpu:data', 'C:\\in'], windows).toFolder).toBe(false);
  });
});
