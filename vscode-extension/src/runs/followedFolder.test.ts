import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FollowedFolder } from './followedFolder.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'slipway-followed-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

it('keeps names of any context, and gives each to one taker alone', async () => {
  const folder = join(home, 'not/there/yet');
  const names = new FollowedFolder(folder);
  expect(await names.list()).toEqual([]);
  const name = 'arn:aws:eks:eu:1:cluster/../研究/a-1';
  await names.add(name);
  await names.add(name);
  await writeFile(join(folder, '%'), '');
  expect(await new FollowedFolder(folder).list()).toEqual([name]);
  const taken = await Promise.all([names.take(name), new FollowedFolder(folder).take(name)]);
  expect(taken.sort()).toEqual([false, true]);
  expect(await names.take('other')).toBe(false);
});
