import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logLine, oneLine, textLines } from './sanitize.ts';

const escape = '\u001b';

/** Anything that a terminal acts on or that hides text. */
const acting = /[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029]/u;

const hostile: readonly (readonly [what: string, text: string])[] = [
  ['clears the screen', `${escape}[2Jx`],
  ['moves the cursor', `${escape}[10;10Hx`],
  ['sets the title', `${escape}]0;owned\u0007x`],
  ['sets the title, ended by ST', `${escape}]2;owned${escape}\\x`],
  ['links', `${escape}]8;;http://example.com${escape}\\x`],
  ['copies to the clipboard', `${escape}]52;c;AAAA\u0007x`],
  ['uses 8-bit CSI', '\u009b2Jx'],
  ['uses 8-bit OSC', '\u009d0;owned\u009cx'],
  ['sends a device string', `${escape}P1;2q#0${escape}\\x`],
  ['resets the terminal', `${escape}cx`],
  ['chooses a character set', `${escape}(0x`],
  ['hides the cursor', `${escape}[?25lx`],
  ['rings', '\u0007x'],
  ['goes back', 'abc\b\b\b\u007fx'],
  ['turns the direction', '\u202ex'],
];

describe('text from a notebook', () => {
  it.each(hostile)('that %s cannot', (_what, text) => {
    for (const shown of [oneLine(text), textLines(text).join(''), logLine(text, true), logLine(text, false)]) {
      expect(shown).not.toMatch(acting);
      expect(shown).not.toContain('owned');
      expect(shown.endsWith('x')).toBe(true);
    }
  });

  it('keeps its words, its wide characters and its indentation', () => {
    expect(oneLine('neighbors = 细胞 é 👩‍🔬')).toBe('neighbors = 细胞 é 👩‍🔬');
    expect(oneLine('two\n  lines\tand a tab')).toBe('two lines and a tab');
    expect(textLines('if x:\n\tpass\r\nend')).toEqual(['if x:', '    pass', 'end']);
  });

  it('shows half a surrogate pair as what it is', () => {
    expect(oneLine('a\ud800b')).toBe('a\ufffdb');
  });
});

describe('a log line on a terminal', () => {
  it('keeps colours and closes them', () => {
    expect(logLine(`${escape}[31mred${escape}[0m and ${escape}[1;38;5;200mbold`, true)).toBe(
      `${escape}[31mred${escape}[0m and ${escape}[1;38;5;200mbold${escape}[0m`,
    );
  });

  it('loses them where there are none', () => {
    expect(logLine(`${escape}[31mred${escape}[0m`, false)).toBe('red');
  });

  it('keeps tabs', () => {
    expect(logLine('a\tb', true)).toBe('a\tb');
  });
});

describe('whatever the text', () => {
  const pieces = fc.constantFrom(
    escape,
    '[',
    ']',
    '0',
    ';',
    'm',
    'J',
    '\u0007',
    '\\',
    '\u009b',
    '\u009c',
    'P',
    'x',
    ' ',
    '\n',
    '?',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(pieces).map((parts) => parts.join('')),
  );

  it('nothing that a terminal acts on comes through', () => {
    fc.assert(
      fc.property(text, (given) => {
        expect(oneLine(given)).not.toMatch(acting);
        for (const line of textLines(given)) expect(line).not.toMatch(acting);
        expect(logLine(given, false).replaceAll('\t', '')).not.toMatch(acting);
      }),
    );
  });

  it('of a coloured log line only colours act', () => {
    fc.assert(
      fc.property(text, (given) => {
        const rest = logLine(given, true)
          .replaceAll(/\u001b\[[0-9;:]*m/gu, '')
          .replaceAll('\t', '');
        expect(rest).not.toMatch(acting);
      }),
    );
  });
});
