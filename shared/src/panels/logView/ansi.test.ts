import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAnsi, plainLine } from './ansi.ts';

const esc = '\u001B';

describe('a line of log', () => {
  it.each([
    ['plain', [['plain', '']]],
    [
      `${esc}[32mgreen${esc}[0m rest`,
      [
        ['green', 'a-g'],
        [' rest', ''],
      ],
    ],
    [
      `${esc}[1;31mbold red${esc}[22mred${esc}[39mnone`,
      [
        ['bold red', 'a-r a-bold'],
        ['red', 'a-r'],
        ['none', ''],
      ],
    ],
    [
      `${esc}[90mgrey${esc}[m.`,
      [
        ['grey', 'a-k'],
        ['.', ''],
      ],
    ],
    [
      `${esc}[38;5;9mred${esc}[38;2;0;0;255mblue`,
      [
        ['red', 'a-r'],
        ['blue', 'a-b'],
      ],
    ],
    [`${esc}[48;5;9;4mred behind`, [['red behind', 'a-under']]],
    [`${esc}[2K${esc}[1A${esc}(Bkept${esc}7`, [['kept', '']]],
    ['10%\r20%\r', [['20%', '']]],
    [`${esc}]8;;javascript:alert(1)\u0007click${esc}]8;;\u0007`, [['click', '']]],
    [`${esc}]0;title${esc}\\after`, [['after', '']]],
    ['a\u202Eb\u0000c\td', [['abc\td', '']]],
    ['', []],
  ])('%j', (line, spans) => expect(parseAnsi(line).map(({ text, style }) => [text, style])).toEqual(spans));

  it('never keeps an escape, a control character or a change of direction, whatever it holds', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '\u001B[',
        '\u001B]8;;x',
        '\u0007',
        '\u001B\\',
        '\u009B',
        '31m',
        ';',
        '38;5',
        '\r',
        '\u202E',
        '\u2066',
        '<b>',
      ),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const line = pieces.join('');
        const text = parseAnsi(line)
          .map((span) => span.text)
          .join('');
        expect(text).not.toMatch(/[^\P{Cc}\t]|\p{Bidi_Control}/u);
        for (const { style } of parseAnsi(line)) expect(style).toMatch(/^(a-[a-z]+( a-[a-z]+)*)?$/);
        // No piece of one colour's beginning may hide what a whole-line reading would show.
        expect(plainLine(line)).not.toMatch(/[^\P{Cc}\t]|\p{Bidi_Control}/u);
      }),
    );
  });

  it('of text without escapes is that text', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~]*$/), (line) => {
        expect(
          parseAnsi(line)
            .map(({ text }) => text)
            .join(''),
        ).toBe(line);
        expect(plainLine(line)).toBe(line);
      }),
    );
  });
});
