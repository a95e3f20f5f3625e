import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planInputs, renderInputs, runFileText } from './inputs.ts';
import { errorOf } from './testing/errors.ts';
import { exampleInput } from './testing/manifestInputs.ts';

const sha256 = 'a'.repeat(64);
const mebibyte = 1024 ** 2;

describe('planning inputs', () => {
  it('puts what fits into the ConfigMap, small ones first, and streams the rest', () => {
    const files = [
      { path: 'data.h5ad', bytes: 900_000 },
      { path: 'a.ipynb', bytes: 200_000 },
      { path: 'huge.bin', bytes: 3e9 },
      { path: 'empty', bytes: 0 },
    ];
    expect(planInputs(files, 1000)).toEqual({
      inConfigMap: [
        { path: 'a.ipynb', bytes: 200_000, key: 'f0' },
        { path: 'empty', bytes: 0, key: 'f1' },
      ],
      uploaded: [
        { path: 'data.h5ad', bytes: 900_000 },
        { path: 'huge.bin', bytes: 3e9 },
      ],
    });
    expect(planInputs([], 0)).toEqual({ inConfigMap: [], uploaded: [] });
  });

  it('never plans more than a ConfigMap takes', () => {
    const file = fc.record({ path: fc.string({ unit: 'binary', maxLength: 200 }), bytes: fc.nat(400_000) });
    const files = fc.uniqueArray(file, { maxLength: 12, selector: ({ path }) => path });
    fc.assert(
      fc.property(files, fc.nat(100_000), (list, runFileBytes) => {
        const plan = planInputs(list, runFileBytes);
        expect(plan.inConfigMap.length + plan.uploaded.length).toBe(list.length);
        const contents = new Map(plan.inConfigMap.map(({ key, bytes }) => [key, new Uint8Array(bytes)]));
        const input = { ...exampleInput(), inputs: plan };
        const all = list.map((entry) => ({ ...entry, sha256 }));
        const object = renderInputs(input, contents, all);
        expect(object.kind).toBe('ConfigMap');
        // What is read back is what was planned.
        const listed = JSON.parse((object.data as Record<string, string>)['files.json'] ?? '') as { files: unknown[] };
        expect(listed.files).toHaveLength(list.length);
      }),
      { numRuns: 8 },
    );
  });

  it('refuses a job that does not fit', () => {
    const error = errorOf(() => planInputs([], mebibyte));
    expect([error.code, error.action]).toEqual(['spec.invalid', expect.stringContaining('into a file')]);
  });

  it('refuses more files than can be listed', () => {
    const files = Array.from({ length: 10_000 }, (_, index) => ({ path: `data/${index}.csv`, bytes: 1 }));
    const error = errorOf(() => planInputs(files, 1000));
    expect([error.code, error.action]).toEqual(['files.refused', expect.stringContaining('archive')]);
    expect(planInputs(files.slice(0, 4000), 1000).inConfigMap).toHaveLength(2000);
  });
});

describe('the ConfigMap of the inputs', () => {
  const input = {
    ...exampleInput(),
    inputs: planInputs(
      [
        { path: 'a.ipynb', bytes: 3 },
        { path: 'big', bytes: 3e6 },
        { path: 'logo.png', bytes: 2 },
      ],
      1000,
    ),
  };
  const contents = new Map([
    ['f0', new TextEncoder().encode('{}\n')],
    ['f1', Uint8Array.of(0x89, 0xff)],
  ]);
  const files = [
    { path: 'a.ipynb', bytes: 3, sha256 },
    { path: 'big', bytes: 3e6, sha256 },
    { path: 'logo.png', bytes: 2, sha256 },
  ];

  it('holds run.json, the list of all files, and those that fit', () => {
    const object = renderInputs(input, contents, files);
    expect(object).toMatchObject({
      metadata: {
        name: 'analysis-7f3a-inputs',
        labels: { 'slipway.dev/run': 'analysis-7f3a' },
        annotations: { 'slipway.dev/expires': '2026-11-26T12:00:00.000Z' },
      },
      immutable: true,
      data: { 'run.json': runFileText(input.runFile), f0: '{}\n' },
      binaryData: { f1: 'if8=' },
    });
    const { 'files.json': list = '' } = object.data as Record<string, string>;
    expect(JSON.parse(list)).toEqual({
      version: 1,
      files: [
        { path: 'a.ipynb', bytes: 3, sha256, key: 'f0' },
        { path: 'big', bytes: 3e6, sha256 },
        { path: 'logo.png', bytes: 2, sha256, key: 'f1' },
      ],
    });
  });

  it('holds run.json and the list as text, whatever files and parameters are called', () => {
    const path = 'a\u007f\u0085\u2028\ufeff\uffff.csv';
    const { runFile } = exampleInput();
    const named = {
      ...exampleInput(),
      runFile: { ...runFile, parameters: { [path]: path } },
      inputs: planInputs([{ path, bytes: 3 }], 1000),
    };
    const { data } = renderInputs(named, contents, [{ path, bytes: 3, sha256 }]);
    const { 'run.json': run = '', 'files.json': list = '' } = data as Record<string, string>;
    expect(JSON.parse(run)).toMatchObject({ parameters: { [path]: path } });
    expect(JSON.parse(list)).toMatchObject({ files: [{ path, key: 'f0' }] });
  });

  it('is not made of other files than planned', () => {
    expect(errorOf(() => renderInputs(input, new Map(), files)).code).toBe('internal');
    const changed = new Map([...contents, ['f0', Uint8Array.of(1)]] as const);
    expect(errorOf(() => renderInputs(input, changed, files)).message).toContain('a.ipynb');
  });
});
