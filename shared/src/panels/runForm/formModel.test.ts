import { describe, expect, it } from 'vitest';
import type { JobSpec, ParameterDeclaration } from '../../protocol/index.ts';
import { specDifference } from '../../views/index.ts';
import {
  environmentOf,
  fieldsOfRun,
  initialValues,
  parameterFields,
  problemsOf,
  specOf,
  withKept,
} from './formModel.ts';

const declared: ParameterDeclaration[] = [
  { name: 'n', type: 'int', defaultSource: '30', defaultValue: 30 },
  { name: 'path', type: 'unknown', defaultSource: 'Path("x")' },
  { name: 'use_gpu', type: 'bool', defaultSource: 'True', defaultValue: true },
];
const base: JobSpec = { notebook: 'a.ipynb', parameters: { n: 50, extra: 'kept' }, env: { A: '1' } };
const fields = parameterFields(declared, base);
const values = initialValues(base, fields);

describe('the form', () => {
  it('shows declared parameters, then those that only the job names', () => {
    expect(fields.map(({ name, type }) => [name, type])).toEqual([
      ['n', 'int'],
      ['path', 'unknown'],
      ['use_gpu', 'bool'],
      ['extra', 'str'],
    ]);
    expect(values.parameters).toEqual({ n: '50', path: 'Path("x")', use_gpu: 'True', extra: '"kept"' });
  });

  it('that nobody touched says the job that it began with', () => {
    expect(specOf(base, values, fields)).toEqual(base);
    const other: JobSpec = {
      command: ['python', 'x.py'],
      image: 'i',
      instanceType: 's',
      kernel: 'k',
      python: 'managed',
      timeouts: { command: 90, prepare: '5m' },
      tests: { path: 'checks', marker: 'fast', always: true },
      files: { exclude: ['data/**'] },
    };
    const none = parameterFields([], other);
    expect(specOf(other, initialValues(other, none), none)).toEqual({
      ...other,
      timeouts: { command: '90s', prepare: '5m' },
    });
  });

  it('sends what was changed, and nothing for a parameter that is reset to its cell', () => {
    const changed = {
      ...values,
      parameters: { ...values.parameters, n: '30', use_gpu: 'False' },
      image: ' img ',
      timeLimit: '2h',
    };
    expect(specOf(base, changed, fields)).toEqual({
      ...base,
      parameters: { use_gpu: false, extra: 'kept' },
      image: 'img',
      timeouts: { notebook: '2h' },
    });
  });

  it('of a run that is sent again comes back to what the run had, and can go back to the cell', () => {
    const again = fieldsOfRun(declared, base);
    expect(again.map(({ name, defaultText }) => [name, defaultText])).toEqual([
      ['n', '50'],
      ['path', 'Path("x")'],
      ['use_gpu', 'True'],
      ['extra', '"kept"'],
    ]);
    const first = initialValues(base, again);
    expect(specDifference(base, specOf(base, first, again))).toEqual({ changes: {} });
    const cell = { ...first, parameters: { ...first.parameters, n: '30' } };
    expect(specDifference(base, specOf(base, cell, again))).toEqual({
      changes: { parameters: { n: 30, extra: 'kept' } },
    });
  });

  it('says the dataset that its fields name', () => {
    const changed = { ...values, dataset: 's3://cells/a.h5ad', datasetSecret: 'minio' };
    expect(specOf(base, changed, fields).dataset).toEqual({ url: 's3://cells/a.h5ad', secret: 'minio' });
    expect(problemsOf({ ...values, dataset: 'ftp://a' }, fields)).toEqual([
      { field: 'dataset', label: 'dataset', problem: 'dataset' },
    ]);
  });

  it('leaves tests out, names their folder, and excludes files by their very name', () => {
    expect(specOf(base, { ...values, tests: false }, fields).tests).toBe(false);
    expect(specOf(base, { ...values, testPath: 'checks' }, fields).tests).toEqual({ path: 'checks' });
    expect(specOf(base, { ...values, excluded: ['a[1].csv'] }, fields).files).toEqual({ exclude: ['a\\[1\\].csv'] });
  });

  it('names what cannot be sent, in the order of the fields', () => {
    const wrong = {
      ...values,
      parameters: { ...values.parameters, n: '50.5' },
      environment: 'no value',
      timeLimit: 'soon',
    };
    expect(problemsOf(wrong, fields)).toEqual([
      { field: 'parameter.n', label: 'n', problem: 'int' },
      { field: 'environment', label: 'environment', problem: 'environment' },
      { field: 'timeLimit', label: 'timeLimit', problem: 'timeLimit' },
    ]);
    expect(problemsOf(values, fields)).toEqual([]);
  });

  it('takes over what was kept, and nothing that is of another shape', () => {
    const kept = {
      parameters: { n: '7', gone: '1', path: 3 },
      image: 'old',
      tests: 'yes',
      excluded: ['x', 5],
      unknown: {},
    };
    expect(withKept(values, kept)).toMatchObject({
      parameters: { ...values.parameters, n: '7' },
      image: 'old',
      tests: true,
      excluded: ['x'],
    });
    for (const broken of [undefined, null, 'text', 5, []]) expect(withKept(values, broken)).toMatchObject(values);
  });

  it('variables are one a line; values may hold anything', () => {
    expect(environmentOf('A=1\n\n B_2=x=y ')).toEqual({ A: '1', B_2: 'x=y ' });
    expect(environmentOf('2A=1')).toBeUndefined();
  });
});
