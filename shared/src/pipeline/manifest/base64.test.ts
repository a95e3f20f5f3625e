import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64, plainJson, plainText } from './base64.ts';

describe('bytes', () => {
  it('become base64', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1000 }), (bytes) => {
        expect(base64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
      }),
    );
    const long = Uint8Array.from({ length: 200_001 }, (_, index) => index % 251);
    expect(base64(long)).toBe(Buffer.from(long).toString('base64'));
  });

  it('are text where they are UTF-8 to the last byte', () => {
    expect(plainText(Buffer.from('a\n\tβ 中文'))).toBe('a\n\tβ 中文');
    for (const text of ['\ufeffa', 'a\0', 'a\r\n', '\u001b[1m', 'a\u2028', '\u0085'])
      expect(plainText(Buffer.from(text))).toBeUndefined();
    expect(plainText(Uint8Array.of(0xff, 0xfe))).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = plainText(bytes);
        if (text !== undefined) expect(Buffer.from(text)).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('are text where they are JSON, whatever the strings in it hold', () => {
    expect(plainJson({ 'a\u007fb': '\u0085\u2028\ufeff\uffff\ud800 中\n' })).toBe(
      '{"a\\u007fb":"\\u0085\\u2028\\ufeff\\uffff\\ud800 中\\n"}\n',
    );
    fc.assert(
      fc.property(fc.json({ stringUnit: 'binary' }), fc.constantFrom(undefined, 2), (json, indentation) => {
        const value: unknown = JSON.parse(json);
        const text = plainJson(value, indentation);
        expect(plainText(Buffer.from(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(value);
      }),
    );
  });
});
