import { describe, expect, it } from 'vitest';
import { goDuration, pipelineTimeout } from './timeouts.ts';

describe('the limit of a PipelineRun', () => {
  const steps = ['prepare', 'notebook', 'report', 'test', 'collect'] as const;

  it('is the sum of the limits and 15 minutes', () => {
    const limits = { prepare: 600, notebook: 3600, report: 300, test: 900 };
    expect(pipelineTimeout(steps, limits)).toBe('2h45m');
  });

  it('counts the steps that have none of their own', () => {
    expect(pipelineTimeout(steps, { notebook: 3600 })).toBe('9h15m');
    expect(pipelineTimeout(['dataset', 'clone', ...steps], { notebook: 3600 })).toBe('34h15m');
  });

  it('is none where the work has none', () => {
    expect(pipelineTimeout(steps, { prepare: 60 })).toBe('0');
    expect(pipelineTimeout(['prepare', 'command', 'collect'], {})).toBe('0');
  });

  it('is there when the work itself is reused', () => {
    expect(pipelineTimeout(['prepare', 'report', 'collect'], {})).toBe('4h15m');
  });

  it('does not overflow', () => {
    expect(pipelineTimeout(steps, { notebook: 1e300 })).toBe('0');
  });

  it.each([
    [0, '0s'],
    [59, '59s'],
    [3600, '1h'],
    [5405, '1h30m5s'],
    [90_000, '25h'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(goDuration(seconds)).toBe(text);
  });
});
