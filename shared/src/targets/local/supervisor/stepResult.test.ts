import { describe, expect, it } from 'vitest';
import { runEventSchema, stepNames } from '../../../protocol/index.ts';
import { knownSteps } from '../runFolder.ts';
import { stepResult, verdictOf } from './stepResult.ts';

describe('stepResult', () => {
  it('takes what the script says', () => {
    const file = { step: 'test', state: 'failed', exitCode: 1, reason: '2 tests failed', note: '16 passed, 2 failed' };
    expect(stepResult(file, { code: 1, signal: null })).toEqual({
      state: 'failed',
      exitCode: 1,
      reason: '2 tests failed',
      note: '16 passed, 2 failed',
    });
  });

  it('calls a step without a result failed, with how it ended', () => {
    expect(stepResult(undefined, { code: 0, signal: null })).toEqual({
      state: 'failed',
      exitCode: 0,
      reason: 'ended without a result (exit code 0)',
    });
    expect(stepResult({ state: 'running' }, { code: null, signal: 'SIGKILL' })).toEqual({
      state: 'failed',
      reason: 'ended without a result (signal SIGKILL)',
    });
    expect(stepResult(undefined, { code: null, signal: null, startError: 'spawn bash ENOENT' }).reason).toContain(
      'bash',
    );
  });
});

describe('verdictOf', () => {
  const failedCell = {
    id: 'a',
    index: 3,
    number: 2,
    source: 'x',
    errorName: 'KeyError',
    errorValue: "'pca'",
    traceback: ['line 1'],
    line: 1,
  };

  it('takes verdict, reason and failing cell of collect', () => {
    const verdict = verdictOf({ verdict: 'failed', reason: 'cell 2 failed', failedCell });
    expect(verdict).toEqual({ state: 'failed', reason: 'cell 2 failed', failedCell });
    expect(runEventSchema.safeParse({ type: 'finished', time: 1, ...verdict }).success).toBe(true);
  });

  it('leaves out a failing cell that is not whole, and cuts a huge one', () => {
    expect(verdictOf({ verdict: 'failed', failedCell: { ...failedCell, index: 'x' } })).toEqual({ state: 'failed' });
    const huge = verdictOf({ verdict: 'failed', failedCell: { ...failedCell, errorValue: 'x'.repeat(10_000_000) } });
    expect(huge.failedCell?.errorValue.length).toBe(100_000);
  });

  it('calls a run without a verdict failed', () => {
    expect(verdictOf(undefined)).toEqual({ state: 'failed', reason: 'the collect step left no verdict' });
    expect(verdictOf({ verdict: 'lost' }).state).toBe('failed');
    expect(verdictOf({ verdict: 'timedOut' })).toEqual({ state: 'timedOut' });
  });
});

describe('the step names that the supervisor knows', () => {
  it('are those of the protocol but the stage, which a cluster has', () =>
    expect(knownSteps).toEqual(stepNames.filter((name) => name !== 'dataset' && name !== 'clone')));
});
