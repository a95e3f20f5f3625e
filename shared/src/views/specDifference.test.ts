import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JobSpec } from '../protocol/index.ts';
import { specDifference } from './specDifference.ts';

const base: JobSpec = { notebook: 'a.ipynb', parameters: { n: 50, extra: 'kept' }, env: { A: '1' } };

describe('what a rerun changes', () => {
  it('is the fields that differ, whole', () => {
    expect(specDifference(base, { ...base, parameters: { n: 7, extra: 'kept' }, image: 'new' })).toEqual({
      changes: { parameters: { n: 7, extra: 'kept' }, image: 'new' },
    });
  });

  it('is told of fields that were taken out', () => {
    expect(specDifference({ ...base, image: 'old' }, base)).toEqual({ changes: {}, unset: ['image'] });
  });

  it('is nothing where only the order of fields is another', () => {
    expect(
      specDifference(base, { env: { A: '1' }, parameters: { extra: 'kept', n: 50 }, notebook: 'a.ipynb' }),
    ).toEqual({
      changes: {},
    });
  });

  it('takes a command in the place of a notebook for one change', () => {
    const command: JobSpec = { command: ['python3', 'a.py'] };
    const notebook: JobSpec = { notebook: 'a.ipynb' };
    expect(specDifference(notebook, command)).toEqual({ changes: command });
    expect(specDifference(command, notebook)).toEqual({ changes: notebook });
  });

  it('leads from the one to the other, whatever they are', () => {
    const value = fc.jsonValue().filter((each) => each !== null);
    const fields = fc.record({ image: value, env: value, tests: value, files: value }, { requiredKeys: [] });
    fc.assert(
      fc.property(fields, fields, (one, other) => {
        const { changes, unset = [] } = specDifference(one as JobSpec, other as JobSpec);
        const made = new Map(Object.entries({ ...one, ...changes }));
        for (const field of unset) made.delete(field);
        // As JSON, which knows no -0.
        const plain = (object: object): unknown => JSON.parse(JSON.stringify(object));
        expect(plain(Object.fromEntries(made))).toEqual(plain(other));
        expect(Object.keys(specDifference(other as JobSpec, other as JobSpec).changes)).toEqual([]);
      }),
    );
  });
});
