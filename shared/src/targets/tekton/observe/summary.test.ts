import { describe, expect, it } from 'vitest';
import { failedCellOf, parseSummary } from './summary.ts';

type Json = Readonly<Record<string, unknown>>;

describe('a summary', () => {
  it('has lines of a long cell at their numbers', () => {
    const cell = { index: 0, number: 1, line: 61, source: 'a\nraise\nb', firstLine: 60 };
    const read = (changes: Json) =>
      failedCellOf(
        parseSummary(JSON.stringify({ version: 1, verdict: 'failed', failedCell: { ...cell, ...changes } })),
      );
    expect(read({})?.source.split('\n').slice(58)).toEqual(['', 'a', 'raise', 'b']);
    expect(read({ source: '' })?.source).toBe('');
    // Whoever writes a summary of a run writes nothing that fills the memory.
    expect(read({ firstLine: 1e9 })?.source).toBe('a\nraise\nb');
    for (const changes of [{}, { source: '' }, { firstLine: undefined, cut: true }])
      expect(read(changes)).toMatchObject({ partial: true });
    expect(read({ firstLine: undefined })).not.toHaveProperty('partial');
  });

  it('has the reason of the run as that of the step at fault, where it is said once', () => {
    const failed = { state: 'failed', exitCode: 1 };
    const said = { verdict: 'failed', reason: 'KeyError in cell 7' };
    const reasons = (steps: Json) =>
      [...(parseSummary(JSON.stringify({ version: 1, ...said, steps }))?.steps.values() ?? [])].map(
        ({ reason }) => reason,
      );
    expect(reasons({ prepare: { state: 'succeeded' }, notebook: failed, test: failed })).toEqual([
      undefined,
      'KeyError in cell 7',
      undefined,
    ]);
    expect(reasons({ notebook: { ...failed, reason: 'its own' } })).toEqual(['its own']);
  });
});
