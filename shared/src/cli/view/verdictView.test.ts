import { describe, expect, it } from 'vitest';
import type { Run } from '../../protocol/index.ts';
import { lineText } from '../terminal/line.ts';
import { verdictLines } from './verdictView.ts';

const run: Run = {
  name: 'build-7',
  context: 'team-a',
  title: 'build-7',
  state: 'failed',
  createdAt: 0,
  startedAt: 0,
  finishedAt: 5_000,
  cancelRequested: false,
  steps: [{ name: 'build/compile', state: 'failed', exitCode: 2, reason: 'exit code 2' }],
  reason: 'build/compile: exit code 2',
};
const end = { artifacts: [], tests: undefined, logLine: undefined };
const said = (changes: Partial<Run>): string =>
  verdictLines({ ...run, ...changes }, end, 96)
    .map(lineText)
    .join('\n');

describe('the verdict of a run that Slipway did not make', () => {
  it.each(['failed', 'cancelled', 'succeeded'] as const)(
    '%s, names its log and nothing that cannot be done with it',
    (state) => {
      const text = said({ state, foreign: true });
      expect(text).toContain('slipway logs build-7');
      expect(text).not.toMatch(/slipway (?:retry|rerun|artifacts)/);
    },
  );
});

describe('the verdict of a run of ours', () => {
  it('names how it is run again', () => {
    expect(said({})).toContain('slipway retry build-7 --from build/compile');
    expect(said({ state: 'cancelled' })).toContain('slipway rerun build-7');
    expect(said({ state: 'succeeded' })).toContain('slipway artifacts get');
  });
});
