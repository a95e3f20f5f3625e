import { describe, expect, it } from 'vitest';
import { looksTheSame, RowMaker } from './runRow.ts';

const now = 1_764_000_000_000;
const maker = new RowMaker('team-a', () => now);

const row = (cells: Readonly<Record<string, string>>, metadata: object = {}) =>
  maker.schema.parse({
    metadata: { name: 'a', uid: 'u', creationTimestamp: '2025-11-24T16:00:00Z', ...metadata },
    cells: { Name: 'a', Succeeded: 'True', Reason: 'Succeeded', StartTime: '9m', CompletionTime: '8m', ...cells },
  });

describe('a row that changed', () => {
  it.each([
    [
      'in its ages and annotations looks the same',
      row({ StartTime: '10m', CompletionTime: '9m' }, { annotations: { by: 'pruner' } }),
      true,
    ],
    ['in its reason does not', row({ Reason: 'Completed' }), false],
    ['in its state does not', row({ Succeeded: 'Unknown' }), false],
  ])('%s', (_name, after, same) => {
    expect(looksTheSame(row({}), after)).toBe(same);
  });
});

describe('a row', () => {
  it('tells what a list shows, as of the moment when it was made', () => {
    expect(row({})).toEqual({
      run: {
        name: 'a',
        context: 'team-a',
        title: 'a',
        foreign: true,
        state: 'succeeded',
        cancelRequested: false,
        createdAt: now,
        startedAt: now,
        finishedAt: now,
        steps: [],
      },
      uid: 'u',
      madeAt: now,
      condition: 'True Succeeded',
    });
  });

  it('holds no whole specs', () => {
    const spec = 'x'.repeat(1_000);
    const annotations = { 'slipway.dev/job-spec': spec, 'kubectl.kubernetes.io/last-applied-configuration': spec };
    const made = row({}, { annotations });
    expect(JSON.stringify(made)).not.toContain(spec);
    // What the spec is good for is told all the same.
    expect(made.run.trigger).toEqual({ source: 'kubectl' });
  });
});
