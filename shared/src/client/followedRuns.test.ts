import { expect, it } from 'vitest';
import type { Run } from '../protocol/index.ts';
import { type FollowedRunNames, FollowedRuns } from './followedRuns.ts';

function run(name: string): Run {
  return { name, context: 'local', title: name, state: 'failed', createdAt: 0, cancelRequested: false, steps: [] };
}

/** What several windows share. */
function sharedNames(): FollowedRunNames {
  const names = new Set<string>();
  return {
    add: (name) => Promise.resolve(void names.add(name)),
    list: () => Promise.resolve([...names]),
    take: (name) => Promise.resolve(names.delete(name)),
  };
}

it('has exactly one of many windows tell of an end', async () => {
  const names = sharedNames();
  const windows = [1, 2, 3].map(() => new FollowedRuns(names));
  await windows[0]?.follow(run('a'));
  expect(await windows[1]?.any()).toBe(true);
  const claimed = await Promise.all(windows.map((window) => window.claim([run('a'), run('b')])));
  expect(claimed.flat().map(({ name }) => name)).toEqual(['a']);
  expect(await windows[2]?.any()).toBe(false);
});
