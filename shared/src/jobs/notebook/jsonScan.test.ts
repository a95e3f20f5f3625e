import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits, jsonObject, jsonStrings, JsonSyntaxError, skipSpace, skipValue } from './jsonScan.ts';

/** True when the whole text is one JSON value, by our scanner. */
function accepts(text: string): boolean {
  try {
    return skipSpace(text, skipValue(text, skipSpace(text, 0))) === text.length;
  } catch (error) {
    if (error instanceof JsonSyntaxError) return false;
    throw error;
  }
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('the JSON scanner', () => {
  it('accepts what JSON.parse accepts', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom('', ' ', '\n\t'), (text, space) => {
        expect(accepts(space + text + space)).toBe(true);
      }),
    );
  });

  it('agrees with JSON.parse on texts with a piece cut out, put in or doubled', () => {
    const piece = fc.constantFrom(
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '0',
      '1.',
      '-',
      'e5',
      'true',
      '\n',
      '\u0001',
      '\\u12',
      ' ',
    );
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.nat(8), piece, (text, at, length, insert) => {
        const start = at % (text.length + 1);
        const broken = text.slice(0, start) + insert + text.slice(start + length);
        expect([broken, accepts(broken)]).toEqual([broken, parses(broken)]);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['NaN', '[1, Infinity, -Infinity]', '{"a": NaN}'])('accepts %s, which Python writes', (text) => {
    expect(accepts(text)).toBe(true);
  });

  it('needs no stack for a deep value', () => {
    const depth = 300_000;
    expect(accepts('['.repeat(depth) + ']'.repeat(depth))).toBe(true);
    expect(accepts('{"a":'.repeat(depth) + '1' + '}'.repeat(depth))).toBe(true);
  });

  it.each([
    ['{"a": 1', 7, true],
    ['{"a": x}', 6, false],
    ['[1 2]', 3, false],
    ['"abc', 4, true],
  ])('says where %s stops to be JSON', (text, position, truncated) => {
    expect(() => skipValue(text, 0)).toThrow(expect.objectContaining({ position, truncated }));
  });

  it('finds members with their values, doubles and escaped keys included', () => {
    const text = ' {"a" : [1, {"x": 2}], "\\u0061":"}", "b":{}} ';
    const object = jsonObject(text, 1);
    expect(object.members.map(({ key, start, end }) => [key, text.slice(start, end)])).toEqual([
      ['a', '[1, {"x": 2}]'],
      ['a', '"}"'],
      ['b', '{}'],
    ]);
    expect(text.slice(object.start, object.end)).toBe(text.trim());
  });

  it('reads the strings of an array and shows what is none', () => {
    expect(jsonStrings('["a\\n", 1, "b"]', 0)).toEqual(['a\n', undefined, 'b']);
  });

  it('applies edits in any order', () => {
    const edits = [
      { start: 4, end: 5, text: 'Z' },
      { start: 1, end: 3, text: '' },
      { start: 0, end: 0, text: '>' },
    ];
    expect(applyEdits('abcdef', edits)).toBe('>adZf');
  });
});
