import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jobSpecSchema } from '../../protocol/index.ts';
import type { JobSpec } from '../../protocol/index.ts';
import { formatSpec } from './formatSpec.ts';
import { parseSpecText } from './parseSpecText.ts';
import { specJsonSchema } from './specSchema.ts';

describe('reading slipway.yaml', () => {
  it('takes a whole spec', () => {
    const text = [
      '# a job',
      'notebook: analysis.ipynb',
      'parameters:',
      '  n_pcs: 30',
      '  label: yes',
      '  day: 2024-01-01',
      '  list: [1, null, {a: 1e-3}]',
      'tests: {path: tests, marker: single_cell}',
      'timeouts: {cell: 90, notebook: 1h30m}',
      'env: {A: "1"}',
    ].join('\n');
    expect(parseSpecText(text)).toEqual({
      problems: [],
      spec: {
        notebook: 'analysis.ipynb',
        parameters: { n_pcs: 30, label: 'yes', day: '2024-01-01', list: [1, null, { a: 0.001 }] },
        tests: { path: 'tests', marker: 'single_cell' },
        timeouts: { cell: 90, notebook: '1h30m' },
        env: { A: '1' },
      },
    });
  });

  it('takes JSON', () => {
    expect(parseSpecText('{"command": ["python", "a.py"]}').spec).toEqual({ command: ['python', 'a.py'] });
  });

  it.each<[string, number, string, string]>([
    [
      'notebook: a.ipynb\nparams: {a: 1}',
      2,
      'params',
      '"params" is not a field of a job spec. Did you mean parameters?',
    ],
    ['notebook: a.ipynb\n\nNoteBook: b', 3, 'NoteBook', 'Did you mean notebook?'],
    ['notebook: a.ipynb\ninstance_type: x', 2, 'instance_type', 'Did you mean instanceType?'],
    ['notebook: a.ipynb\nzzz: x', 2, 'zzz', 'The fields are: name, notebook, command'],
    [
      'notebook: a.ipynb\ntests:\n  path: t\n  markr: x',
      4,
      'tests.markr',
      '"markr" is not a field in tests of a job spec. Did you mean marker?',
    ],
    ['notebook: a.ipynb\nsecrets:\n - {env: A, secret: s, kee: k, key: k}', 3, 'secrets[0].kee', 'Did you mean key?'],
    ['notebook: 3', 1, 'notebook', 'notebook must be text.'],
    ['notebook: a.ipynb\ntests: 3', 2, 'tests', 'tests must be a folder, false, or a mapping'],
    ['notebook: a.ipynb\ntests: true', 2, 'tests', 'tests must be a folder, false, or a mapping'],
    ['command: []', 1, 'command', 'command must be a shell line, or a list'],
    ['command: [python, 3]', 1, 'command[1]', 'command[1] must be text.'],
    ['notebook: a.ipynb\nenv:\n  A: 1', 3, 'env.A', 'env.A must be text; put numbers'],
    ['notebook: a.ipynb\nenv:\n  "a b": x', 3, 'env.a b', 'not a name that an environment variable'],
    ['notebook: a.ipynb\ntimeouts: {cell: 5x}', 2, 'timeouts.cell', 'must be a time limit'],
    ['notebook: a.ipynb\ntimeouts: {cell: 0s}', 2, 'timeouts.cell', 'not a time limit'],
    ['notebook: a.ipynb\ntimeouts: {cell: -1}', 2, 'timeouts.cell', 'must be a time limit'],
    ['notebook: a.ipynb\nname: My Run', 2, 'name', 'must be a DNS label'],
    ['notebook: a.ipynb\nmode: double', 2, 'mode', 'mode must be "single".'],
    ['notebook: a.ipynb\nparameters: {a: .inf}', 2, 'parameters.a', 'must be a value that JSON can hold'],
    ['notebook: a.ipynb\nparameters: [a]', 2, 'parameters', 'parameters must be a mapping.'],
    ['notebook: a.ipynb\nparameters:\n  a: 12345678901234567890', 3, '', 'too large to be passed on exactly'],
    ['notebook: a.ipynb\nparameters:\n  __proto__: 1', 3, '', '"__proto__" cannot be used'],
    ['notebook: a.ipynb\ncommand: x', 2, 'command', 'not both'],
    ['env: {}', 1, '', 'needs a notebook or a command'],
    ['notebook: ../a.ipynb', 1, 'notebook', 'leaves the folder'],
    ['notebook: a.ipynb\nfiles:\n  include:\n    - ok\n    - /etc/passwd', 5, 'files.include[1]', 'it is absolute'],
    ['notebook: a.ipynb\ntests: {path: ../t}', 2, 'tests', 'leaves the folder'],
    ['notebook: https://example.org/a.ipynb', 1, 'notebook', 'it is a URL'],
    ['', 1, '', 'The spec is empty'],
    ['# nothing', 1, '', 'The spec is empty'],
    ['- a', 1, '', 'The spec must be a mapping.'],
    ['notebook', 1, '', 'The spec must be a mapping.'],
    ['notebook: a\nnotebook: b', 2, '', 'unique'],
    ['notebook: [a', 1, '', ''],
    ['a: b\n---\nc: d', 2, '', ''],
    ['notebook: !!python/object x', 1, '', 'tag'],
    ['? [a]\n: b', 1, '', ''],
  ])('%j', (text, line, path, message) => {
    const { spec, problems } = parseSpecText(text);
    expect(spec).toBeUndefined();
    expect(problems[0]).toMatchObject({ line, path });
    expect(problems[0]?.message).toContain(message);
  });

  it('names every fault, in the order of the lines', () => {
    const { problems } = parseSpecText('nme: a\nnotebook: 3\ntests: {pth: x}');
    expect(problems.map(({ line, path }) => [line, path])).toEqual([
      [1, 'nme'],
      [2, 'notebook'],
      [3, 'tests.pth'],
    ]);
  });

  it.each([
    [
      'aliases that explode',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'.replace(/./g, (n) => `${n}: &${n} [*${String.fromCharCode(n.charCodeAt(0) - 1)},*${String.fromCharCode(n.charCodeAt(0) - 1)},*${String.fromCharCode(n.charCodeAt(0) - 1)},*${String.fromCharCode(n.charCodeAt(0) - 1)}]\n`)}`,
    ],
    ['deep nesting', `a: ${'['.repeat(50_000)}`],
    ['deep nesting that ends', `a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`],
    ['a long text', 'x'.repeat(1_000_001)],
  ])('reports %s', (_, text) => {
    const { spec, problems } = parseSpecText(text);
    expect(spec).toBeUndefined();
    expect(problems.length).toBeGreaterThan(0);
  });

  it('never throws', () => {
    const word = fc.constantFrom(
      'notebook',
      'tests',
      ':',
      ' ',
      '\n',
      '-',
      '[',
      ']',
      '{',
      '}',
      '&a',
      '*a',
      '"',
      "'",
      '|',
      '#',
      '?',
      '!t',
      '3',
      ',',
      '  ',
      'path',
      '%',
      '@',
      '\t',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(word).map((words) => words.join('')),
        ),
        (text) => {
          const { spec, problems } = parseSpecText(text);
          expect(spec === undefined).toBe(problems.length > 0);
          for (const problem of problems) expect(problem.message).not.toBe('');
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('writing slipway.yaml', () => {
  it('keeps the order of the schema and quotes what old readers would misread', () => {
    const spec: JobSpec = { env: { A: 'yes', B: '12:30', C: '0x10' }, notebook: 'a b.ipynb', name: 'x' };
    expect(formatSpec(spec)).toBe('name: x\nnotebook: a b.ipynb\nenv:\n  A: "yes"\n  B: "12:30"\n  C: "0x10"\n');
  });

  it('points editors to the schema only when it is told where', () => {
    expect(formatSpec({ command: 'x' })).not.toContain('schema');
    expect(formatSpec({ command: 'x' }, './s.json\nevil: 1')).toBe(
      '# yaml-language-server: $schema=./s.json evil: 1\ncommand: x\n',
    );
  });

  it('writes what can be read back', () => {
    const name = fc.string({ minLength: 1, unit: 'binary' }).filter((text) => text !== '__proto__');
    const path = fc.constantFrom('a.ipynb', 'sub/中文 "x".ipynb', '-n\n.ipynb', "it's.ipynb");
    const value = fc.jsonValue().filter((json) => !JSON.stringify(json).includes('__proto__'));
    const spec = fc.record(
      {
        notebook: path,
        parameters: fc.dictionary(name, value),
        env: fc.dictionary(fc.constantFrom('A', 'B_1'), fc.string({ unit: 'binary' })),
        tests: fc.constantFrom('tests', false, { marker: 'a and not b', always: true }),
        timeouts: fc.record(
          { cell: fc.constantFrom(3, '1h30m'), test: fc.constantFrom(0.5, '2m') },
          { requiredKeys: [] },
        ),
        files: fc.record({ include: fc.array(fc.constantFrom('*.py', '!x', '#a', '& b')) }),
      },
      { requiredKeys: ['notebook'] },
    );
    fc.assert(
      fc.property(spec, (given) => {
        const wanted: unknown = JSON.parse(JSON.stringify(given));
        fc.pre(!/(?<![\d.])\d{16,}/.test(JSON.stringify(given)));
        const read: unknown = JSON.parse(JSON.stringify(parseSpecText(formatSpec(jobSpecSchema.parse(given)))));
        expect(read).toEqual({ spec: wanted, problems: [] });
      }),
      { numRuns: 300 },
    );
  });
});

describe('the JSON Schema', () => {
  it('has every field, refuses others and wants one of notebook and command', () => {
    const schema = specJsonSchema();
    expect(Object.keys(schema.properties ?? {})).toEqual(Object.keys(jobSpecSchema.shape));
    expect(schema).toMatchObject({
      title: 'Slipway job spec',
      type: 'object',
      additionalProperties: false,
      oneOf: [{ required: ['notebook'] }, { required: ['command'] }],
      properties: { notebook: { type: 'string', description: 'The notebook, relative to this file.' } },
    });
  });
});
