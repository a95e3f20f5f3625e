import { describe, expect, it } from 'vitest';
import { metadataSchema } from '../observe/index.ts';
import { looksTheSame, withoutSpecs, type RunRow } from './runRows.ts';

const row = (cells: Readonly<Record<string, string>>, annotations: Readonly<Record<string, string>> = {}): RunRow => ({
  metadata: metadataSchema.parse({ name: 'a', annotations }),
  cells: { Name: 'a', Succeeded: 'True', Reason: 'Succeeded', StartTime: '9m', CompletionTime: '8m', ...cells },
});

describe('a row that changed', () => {
  it.each([
    [
      'in its ages and annotations looks the same',
      row({ StartTime: '10m', CompletionTime: '9m' }, { by: 'pruner' }),
      true,
    ],
    ['in its reason does not', row({ Reason: 'Completed' }), false],
    ['in its state does not', row({ Succeeded: 'Unknown' }), false],
  ])('%s', (_name, after, same) => {
    expect(looksTheSame(row({}), after)).toBe(same);
  });
});

describe('the metadata of a row', () => {
  it('is kept without whole specs', () => {
    const annotations = { 'slipway.dev/job-spec': '{}', 'slipway.dev/title': 'a.ipynb' };
    expect(withoutSpecs(metadataSchema.parse({ name: 'a', annotations })).annotations).toEqual({
      'slipway.dev/title': 'a.ipynb',
    });
  });

  it('is the same object where there is none', () => {
    const metadata = metadataSchema.parse({ name: 'a', labels: { b: 'c' } });
    expect(withoutSpecs(metadata)).toBe(metadata);
  });
});
