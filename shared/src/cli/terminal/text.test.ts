import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { displayWidth, pad, truncate, wrap } from './text.ts';

/** What outputs are made of, what a short cut takes for one column each, and what lies beside that. */
const character = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  fc.integer({ min: 0, max: 0x27ff }).map((code) => String.fromCodePoint(code)),
  fc.constantFrom(
    '…',
    '·',
    '→',
    '─',
    '│',
    '✓',
    '✗',
    '\u0301',
    '\ufe0f',
    '\ufe0e',
    '\u200d',
    '\u00ad',
    '⚠',
    '漢',
    '🧪',
    '©',
    '#',
  ),
);
const anyText = fc.array(character, { maxLength: 12 }).map((characters) => characters.join(''));

describe('the columns of a text', () => {
  it('are counted as string-width counts them, also where the short way is taken', () => {
    for (let code = 0; code <= 0x27ff; code += 1) {
      const one = String.fromCodePoint(code);
      expect(displayWidth(one), code.toString(16)).toBe(stringWidth(one));
    }
    fc.assert(fc.property(anyText, (text) => displayWidth(text) === stringWidth(text)));
  });

  it('are two for a wide character, and none for what changes the one before', () => {
    expect(displayWidth('漢字')).toBe(4);
    expect(displayWidth('e\u0301')).toBe(1);
    expect(displayWidth('👩‍🔬')).toBe(2);
  });

  it('never become more by cutting, and a character is cut off as a whole', () => {
    expect(truncate('analysis.ipynb', 8)).toBe('analysi…');
    expect(truncate('漢字漢字', 6)).toBe('漢字…');
    expect(truncate('ab👩‍🔬cd', 4)).toBe('ab…');
    fc.assert(fc.property(anyText, fc.nat({ max: 12 }), (text, width) => displayWidth(truncate(text, width)) <= width));
  });

  it('are filled up with spaces', () => {
    expect(pad('漢', 4)).toBe('漢  ');
    expect(pad('longer', 4)).toBe('longer');
  });

  it('are where lines are broken', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrap('一二三 四五', 6)).toEqual(['一二三', '四五']);
  });
});
