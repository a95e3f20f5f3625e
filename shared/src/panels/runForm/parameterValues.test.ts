import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ParameterValue } from '../../protocol/index.ts';
import { valueText } from '../base/valueText.ts';
import { parseValue, typeOf, type ParameterType } from './parameterValues.ts';

describe('what is typed for a parameter', () => {
  it.each<[string, ParameterType, ParameterValue]>([
    ['2_000', 'int', 2000],
    ['-3', 'int', -3],
    ['1e-3', 'float', 0.001],
    ['.5', 'float', 0.5],
    ['True', 'bool', true],
    ['pbmc.h5ad', 'str', 'pbmc.h5ad'],
    ['"quoted \\" text"', 'str', 'quoted " text'],
    ["'single \"it\\'s\"'", 'str', 'single "it\'s"'],
    ['', 'str', ''],
    ["[1, 'a', None, True,]", 'list', [1, 'a', null, true]],
    ['{"a": {\'b\': [1]}}', 'dict', { a: { b: [1] } }],
    ['None', 'none', null],
    ['3', 'unknown', 3],
    ['free text', 'unknown', 'free text'],
  ])('%s as %s', (text, type, value) => expect(parseValue(text, type)).toEqual({ value }));

  it.each<[string, ParameterType, string]>([
    ['50.5', 'int', 'int'],
    ['', 'int', 'int'],
    ['9007199254740993', 'int', 'int'],
    ['many', 'float', 'float'],
    ['1e999', 'float', 'float'],
    ['{"a": 1}', 'list', 'list'],
    ['[1', 'list', 'list'],
    ['[1]', 'dict', 'dict'],
    ['[1', 'none', 'none'],
  ])('%s is no %s', (text, type, problem) => expect(parseValue(text, type)).toEqual({ problem }));

  it('gives back every value that the form shows', () => {
    // Negative zero has no text of its own in JSON, at any depth.
    const value = fc
      .jsonValue({ maxDepth: 2, stringUnit: 'binary' })
      .map((given) => JSON.parse(JSON.stringify(given)) as ParameterValue);
    fc.assert(
      fc.property(value, (given) => {
        expect(parseValue(valueText(given), typeOf(given))).toEqual({ value: given });
      }),
    );
  });
});
