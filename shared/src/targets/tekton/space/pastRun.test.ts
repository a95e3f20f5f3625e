import { describe, expect, it } from 'vitest';
import { runFileSchema } from '../../../pipeline/index.ts';
import { foldEvents } from '../../../runs/index.ts';
import type { PastRun, StepResult } from '../follow/index.ts';
import { pastRunEvents } from './pastRun.ts';

const runFile = runFileSchema.parse({
  version: 1,
  run: 'a-1',
  spec: { notebook: 'a.ipynb' },
  steps: ['prepare', 'notebook', 'report', 'test', 'collect'],
  notebook: { path: 'a.ipynb', name: 'a', kernel: 'python3', language: 'python', cells: [] },
  parameters: {},
  env: {},
  environment: { base: 'interpreter' },
  timeouts: {},
  outputs: [],
  inputHashes: { notebook: '', requirements: '', tests: '' },
});
const past = (results: Readonly<Record<string, StepResult>>): PastRun => ({
  run: 'a-1',
  runFile,
  results: new Map(Object.entries(results)),
  modifiedAt: 1_000,
});

describe('a run that only its folder is left of', () => {
  it('is shown with its verdict and how its steps ended', () => {
    const run = foldEvents(
      pastRunEvents(
        'team-a',
        past({
          prepare: { state: 'succeeded', exitCode: 0, note: 'as it is' },
          notebook: { state: 'failed', exitCode: 1, reason: 'cell 2 raised KeyError' },
          collect: { state: 'succeeded', exitCode: 1, verdict: 'failed', reason: 'cell 2 raised KeyError' },
        }),
      ),
    );
    expect(run).toMatchObject({
      name: 'a-1',
      context: 'team-a',
      title: 'a.ipynb',
      state: 'failed',
      reason: 'cell 2 raised KeyError',
    });
    expect(run?.steps.map(({ name, state }) => [name, state])).toEqual([
      ['prepare', 'succeeded'],
      ['notebook', 'failed'],
      ['report', 'skipped'],
      ['test', 'skipped'],
      ['collect', 'succeeded'],
    ]);
  });

  it('is lost where it left no verdict', () => {
    expect(foldEvents(pastRunEvents('team-a', past({})))).toMatchObject({
      state: 'lost',
      reason: 'it left no verdict',
    });
  });
});
