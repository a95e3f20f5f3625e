import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlipwayError } from '../../protocol/index.ts';
import type { ParameterDeclaration, ParameterValue } from '../../protocol/index.ts';
import { checkParameters } from './checkParameters.ts';
import { parseParameterArgument, parseParameterValue } from './parameterText.ts';

type ParameterType = ParameterDeclaration['type'];

function declare(type: ParameterType, defaultSource = '20', defaultValue: ParameterValue = 20): ParameterDeclaration {
  return { name: 'n_pcs', type, defaultSource, defaultValue };
}

function errorOf(action: () => unknown): SlipwayError {
  try {
    action();
  } catch (error) {
    if (error instanceof SlipwayError) return error;
    throw error;
  }
  throw new Error('no error');
}

describe('checking parameters', () => {
  it.each<[ParameterType, ParameterValue, ParameterValue]>([
    ['int', 30, 30],
    ['int', '30', 30],
    ['float', 1, 1],
    ['float', '1e-3', 0.001],
    ['bool', 'true', true],
    ['bool', 'False', false],
    ['str', '30', '30'],
    ['list', '[1, "a"]', [1, 'a']],
    ['list', [], []],
    ['dict', '{a: 1}', { a: 1 }],
    ['unknown', 'x', 'x'],
    ['none', { a: 1 }, { a: 1 }],
    ['unknown', null, null],
  ])('%s takes %j', (type, given, value) => {
    expect(checkParameters([declare(type)], { n_pcs: given })).toEqual({ values: { n_pcs: value }, warnings: [] });
  });

  it.each<[ParameterType, ParameterValue]>([
    ['int', 'abc'],
    ['int', 1.5],
    ['int', true],
    ['int', '12345678901234567890'],
    ['int', null],
    ['float', 'x'],
    ['float', '.nan'],
    ['float', false],
    ['bool', 1],
    ['bool', 'yes'],
    ['str', 5],
    ['str', ['a']],
    ['list', { a: 1 }],
    ['list', '{a: 1}'],
    ['list', '[1'],
    ['dict', [1]],
    ['dict', '[1]'],
  ])('%s refuses %j', (type, given) => {
    expect(errorOf(() => checkParameters([declare(type)], { n_pcs: given })).code).toBe('parameter.invalid');
  });

  it('says name, expected type, given value and default', () => {
    const error = errorOf(() => checkParameters([declare('int')], { n_pcs: 'abc' }));
    expect(error.message).toBe('Parameter n_pcs expects a whole number (int), but was given "abc".');
    expect(error.action).toBe('Give a whole number (int), like its default 20.');
  });

  it('tells how to pass a number as text', () => {
    const error = errorOf(() => checkParameters([declare('str', '"a"', 'a')], { n_pcs: 5 }));
    expect(error.message).toBe(
      'Parameter n_pcs expects text (str), but was given 5 (put it in quotes to pass it as text).',
    );
  });

  it('takes null where the default is None or not known', () => {
    expect(checkParameters([declare('int', 'None', null)], { n_pcs: null }).values).toEqual({ n_pcs: null });
    expect(checkParameters([{ name: 'a', type: 'int', defaultSource: 'f()' }], { a: null }).values).toEqual({
      a: null,
    });
  });

  it('refuses an unknown parameter and names near ones', () => {
    const declared = [declare('int'), { ...declare('int'), name: 'seed' }];
    const error = errorOf(() => checkParameters(declared, { n_pc: 3 }));
    expect(error.code).toBe('parameter.invalid');
    expect(error.message).toBe('The notebook has no parameter "n_pc".');
    expect(error.action).toBe('Did you mean n_pcs? Its parameters are: n_pcs, seed.');
  });

  it('passes values on with a warning where nothing is declared', () => {
    expect(checkParameters(undefined, { a: 'x' })).toEqual({
      values: { a: 'x' },
      warnings: ['No cell is tagged "parameters": values are injected before the first cell.'],
    });
    expect(checkParameters([], { a: 1 }).warnings).toEqual([expect.stringContaining('could not be read')]);
    expect(checkParameters(undefined, {})).toEqual({ values: {}, warnings: [] });
  });

  it.each(['a b', '1a', '', 'a=b', 'a\nb', 'import os; x'])('refuses %j as a name', (name) => {
    expect(errorOf(() => checkParameters(undefined, { [name]: 1 })).code).toBe('parameter.invalid');
  });

  it('does not take names of the object prototype for declared ones', () => {
    expect(errorOf(() => checkParameters([declare('int')], { constructor: 1 })).message).toContain('"constructor"');
  });
});

describe('parameters on the command line', () => {
  it.each([
    ['n=30', 'n', '30'],
    ['a=b=c', 'a', 'b=c'],
    ['k=', 'k', ''],
    [' k = v ', 'k', ' v '],
    ['t=x\ny', 't', 'x\ny'],
  ])('%j', (text, name, raw) => {
    expect(parseParameterArgument(text)).toEqual({ name, raw });
  });

  it.each(['n', '=3', '', ' =3'])('refuses %j', (text) => {
    expect(errorOf(() => parseParameterArgument(text)).code).toBe('usage');
  });

  it.each<[string, ParameterValue]>([
    ['30', 30],
    ['-1', -1],
    ['0x1F', 31],
    ['0o17', 15],
    ['001', 1],
    ['1.5', 1.5],
    ['1e3', 1000],
    ['.5', 0.5],
    ['true', true],
    ['FALSE', false],
    ['null', null],
    ['~', null],
    ['None', null],
    ['yes', 'yes'],
    ['"30"', '30'],
    ["'it''s'", "it's"],
    ['"unfinished', '"unfinished'],
    ['[1, 2]', '[1, 2]'],
    ['a: b', 'a: b'],
    ['', ''],
    [' x ', ' x '],
    ['2024-01-01', '2024-01-01'],
    ['1_000', '1_000'],
    ['$(id)', '$(id)'],
  ])('undeclared %j means %j', (raw, value) => {
    expect(parseParameterValue(raw)).toEqual(value);
  });

  it.each(['12345678901234567890', '.inf', '1e999'])('refuses %s, which would not arrive as it is', (raw) => {
    const error = errorOf(() => parseParameterValue(raw));
    expect([error.code, error.action]).toEqual(['parameter.invalid', `Quote it to pass it as text: '"${raw}"'.`]);
  });

  it('reads None and null for a parameter whose default is None', () => {
    expect(parseParameterValue('None', declare('int', 'None', null))).toBeNull();
    expect(parseParameterValue('null', declare('list', 'None', null))).toBeNull();
    expect(parseParameterValue('None', declare('str', 'None', null))).toBe('None');
  });

  it('reads back every value by its type', () => {
    const typed = fc.oneof(
      fc.record({ type: fc.constant<ParameterType>('int'), value: fc.maxSafeInteger() }),
      fc.record({
        type: fc.constant<ParameterType>('float'),
        value: fc.double({ noNaN: true, noDefaultInfinity: true }),
      }),
      fc.record({ type: fc.constant<ParameterType>('bool'), value: fc.boolean() }),
      fc.record({ type: fc.constant<ParameterType>('str'), value: fc.string({ unit: 'binary' }) }),
      fc.record({ type: fc.constant<ParameterType>('list'), value: fc.array(fc.jsonValue()) }),
      fc.record({ type: fc.constant<ParameterType>('dict'), value: fc.dictionary(fc.string(), fc.jsonValue()) }),
    );
    fc.assert(
      fc.property(typed, ({ type, value }) => {
        const json = JSON.stringify(value);
        const raw = typeof value === 'string' ? value : json;
        const expected: unknown = JSON.parse(json);
        fc.pre(!json.includes('__proto__') || typeof value === 'string');
        expect(parseParameterValue(raw, { name: 'p', type, defaultSource: '' })).toEqual(
          type === 'str' ? value : expected,
        );
      }),
      { numRuns: 500 },
    );
  });

  it('never throws anything but a SlipwayError', () => {
    const types: ParameterType[] = ['int', 'float', 'bool', 'str', 'list', 'dict', 'none', 'unknown'];
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.json(),
          fc.string().map((text) => `[${text}`),
        ),
        fc.constantFrom(...types),
        (raw, type) => {
          try {
            JSON.stringify(parseParameterValue(raw, declare(type)));
          } catch (error) {
            expect(error).toBeInstanceOf(SlipwayError);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
