import { describe, expect, it } from 'vitest';
import type { Run } from '../../protocol/index.ts';
import { lineText } from '../terminal/line.ts';
import { whyLines } from './whyView.ts';

type Step = Run['steps'][number];

const run: Run = {
  name: 'train-7',
  context: 'team-a',
  title: 'train',
  state: 'failed',
  createdAt: 0,
  startedAt: 0,
  finishedAt: 5_000,
  cancelRequested: false,
  steps: [],
};
const end = { artifacts: [], tests: undefined, logLine: undefined };

/** How a step is told. */
function told(step: Partial<Step>): string {
  const steps: Step[] = [{ name: 'command', state: 'failed', ...step }];
  const lines = whyLines({ ...run, steps }, end, [], 96).map(lineText);
  return lines[lines.indexOf('steps') + 1]?.trim() ?? '';
}

describe('a step that did not succeed', () => {
  it('is told with its exit code and the reason, and with a code that is the reason once', () => {
    expect(told({ exitCode: 1, reason: 'cell 3 of 3 failed' })).toBe(
      'command    failed (exit code 1): cell 3 of 3 failed',
    );
    expect(told({ exitCode: 3, reason: 'exit code 3' })).toBe('command    failed (exit code 3)');
    expect(told({ state: 'cancelled', exitCode: 143, reason: 'exit code 143' })).toBe(
      'command    cancelled (exit code 143)',
    );
    expect(told({ state: 'cancelled' })).toBe('command    cancelled');
  });
});
