import { describe, expect, it } from 'vitest';
import type { Run } from '../protocol/index.ts';
import { createClockFormat } from './format.ts';
import { runView } from './runView.ts';
import { english } from './words/english.ts';

const run: Run = {
  name: 'analysis-1a2b',
  context: 'team-a',
  title: 'analysis.ipynb',
  state: 'running',
  cancelRequested: false,
  createdAt: 0,
  startedAt: 1_000,
  steps: [{ name: 'notebook', state: 'running', startedAt: 1_000 }],
};
const viewOf = (changes: Partial<Run>): string => {
  const { word, detail, elapsed } = runView({ ...run, ...changes }, english, 13_000);
  return [word, detail, elapsed].join(' | ');
};

describe('a run as it is shown', () => {
  it('says which cell it is at, and since when', () => {
    const current = { id: 'a', number: 2, startedAt: 2_000, label: 'print()' };
    expect(viewOf({ cells: { total: 3, finished: 1, current } })).toBe('Running | notebook · cell 2/3 | 12s');
    const shortOf = (changes: Partial<Run>): string => runView({ ...run, ...changes }, english, 13_000).shortDetail;
    expect(shortOf({ cells: { total: 3, finished: 1, current } })).toBe('cell 2/3');
    expect(shortOf({ steps: [{ name: 'report', state: 'running' }] })).toBe('report');
  });

  it('stands still, as of when it was last heard of, while its context is out of reach', () => {
    const at = createClockFormat(undefined)(5_000);
    expect(runView(run, english, 13_000, 5_000)).toMatchObject({
      state: 'running',
      stale: true,
      word: `Running at ${at}`,
      elapsed: '4.0s',
    });
    expect(runView({ ...run, state: 'failed', finishedAt: 9_000 }, english, 13_000, 5_000)).toMatchObject({
      stale: false,
      word: 'Failed',
      elapsed: '8.0s',
    });
  });

  it('says why it ended badly, but not its state over again', () => {
    const ended = { finishedAt: 9_000 };
    expect(viewOf({ ...ended, state: 'failed', reason: 'KeyError in cell 2' })).toBe(
      'Failed | KeyError in cell 2 | 8.0s',
    );
    expect(viewOf({ ...ended, state: 'cancelled', reason: 'Cancelled' })).toBe('Cancelled |  | 8.0s');
    expect(viewOf({ ...ended, state: 'cancelled', reason: 'by admin' })).toBe('Cancelled | by admin | 8.0s');
  });
});
