import { expect, it } from 'vitest';
import { cacheFolder } from './cacheFolder.ts';

it('what was read of runs is kept by context, space and cluster', () => {
  const space = { context: 'lab', server: 'https://a.example:6443', namespace: 'team-a', user: 'alice' };
  const folders = [
    space,
    { ...space, namespace: 'team-b' },
    { ...space, server: 'https://b.example:6443' },
    { ...space, context: 'other' },
  ].map((identity) => cacheFolder('/data', identity));
  expect(new Set(folders).size).toBe(4);
  expect(folders[0]).toMatch(/^\/data\/clusters\/lab\/team-a-[0-9a-f]{8}$/);
  expect(cacheFolder('/data', { ...space, user: 'bob' })).toBe(folders[0]);
});
