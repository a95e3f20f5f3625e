import { expect, it } from 'vitest';
import { FollowedStorage } from './followedStorage.ts';

function storage(text: string | null = null) {
  let kept = text;
  return { getItem: () => kept, setItem: (_key: string, value: string) => (kept = value) };
}

it('keeps names through a reload, the last 200, each to be taken once', async () => {
  const tab = storage();
  const before = new FollowedStorage(tab);
  for (let index = 0; index < 202; index += 1) await before.add(`local/a${index}`);
  await before.add('local/a5');
  const after = new FollowedStorage(tab);
  expect(await after.list()).toHaveLength(200);
  expect(await after.take('local/a0')).toBe(false);
  expect(await after.take('local/a5')).toBe(true);
  expect(await after.take('local/a5')).toBe(false);
});

it.each(['{', '{}', '[1, null]', '"a"'])('starts anew where the storage holds %j', async (text) => {
  const names = new FollowedStorage(storage(text));
  expect(await names.list()).toEqual([]);
  await names.add('local/a');
  expect(await names.list()).toEqual(['local/a']);
});
