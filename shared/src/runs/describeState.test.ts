import { describe, expect, it } from 'vitest';
import type { Run } from '../protocol/index.ts';
import { describeState } from './describeState.ts';

const run: Run = {
  name: 'a-0000',
  context: 'local',
  title: 'a.ipynb',
  state: 'running',
  createdAt: 0,
  cancelRequested: false,
  steps: [
    { name: 'prepare', state: 'succeeded' },
    { name: 'notebook', state: 'running' },
    { name: 'report', state: 'pending' },
    { name: 'test', state: 'pending' },
    { name: 'collect', state: 'pending' },
  ],
};
const cells = { total: 12, finished: 6, current: { id: 'g', number: 7, startedAt: 0, label: 'x' } };

describe('describeState', () => {
  it('counts steps, and cells while the notebook runs', () => {
    expect(describeState({ ...run, cells })).toBe('running step 2/5, cell 7/12');
    expect(describeState(run)).toBe('running step 2/5');
    const later = run.steps.map((step, index) => ({ ...step, state: index < 3 ? 'succeeded' : 'pending' }) as const);
    expect(describeState({ ...run, cells, steps: later })).toBe('running step 4/5');
  });

  it('says that a cancel was asked for', () => {
    expect(describeState({ ...run, cells, cancelRequested: true })).toBe('cancelling step 2/5, cell 7/12');
    expect(describeState({ ...run, state: 'queued', cancelRequested: true })).toBe('cancelling');
  });

  it('says what a queued run waits for', () => {
    expect(describeState({ ...run, state: 'queued', queuePosition: 0 })).toBe('queued, next to start');
    expect(describeState({ ...run, state: 'queued', queuePosition: 1 })).toBe('queued, 1 run before it');
    expect(describeState({ ...run, state: 'queued', queuePosition: 3 })).toBe('queued, 3 runs before it');
  });

  it('says why a run ended badly', () => {
    expect(describeState({ ...run, state: 'failed', reason: 'cell 7 of 12 failed' })).toBe(
      'failed: cell 7 of 12 failed',
    );
    expect(describeState({ ...run, state: 'timedOut' })).toBe('timed out');
    expect(describeState({ ...run, state: 'succeeded', reason: 'ignored' })).toBe('succeeded');
  });
});
