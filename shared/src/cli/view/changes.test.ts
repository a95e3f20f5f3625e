import { describe, expect, it } from 'vitest';
import type { Run, Step } from '../../protocol/index.ts';
import { describeChanges } from './changes.ts';

function runWith(notebook: Step['state'], cells?: Run['cells']): Run {
  return {
    name: 'a-1',
    context: 'team',
    title: 'a',
    state: 'running',
    createdAt: 0,
    cancelRequested: false,
    steps: [{ name: 'notebook', state: notebook, startedAt: 1_000, finishedAt: 3_000 }],
    ...(cells !== undefined && { cells }),
  };
}

describe('cells', () => {
  it('that are read with the end of the notebook come before it', () => {
    const changes = describeChanges(runWith('running'), runWith('succeeded', { total: 2, finished: 2 }), 5_000);
    expect(changes.map(({ text }) => text)).toEqual([
      'notebook cell 1/2',
      'notebook cell 2/2',
      'notebook done 2.0s  2 cells',
    ]);
  });

  it('that are read later are no news', () => {
    const before = runWith('succeeded');
    expect(describeChanges(before, runWith('succeeded', { total: 2, finished: 2 }), 5_000)).toEqual([]);
  });
});
