import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { terminalText } from './terminalText.ts';

it('keeps colours and lines', () => {
  expect(terminalText('a\n\u001B[31mred\u001B[0m\tb\r\n')).toBe('a\r\n\u001B[31mred\u001B[0m\tb\r\n');
});

it('takes out links, titles, the clipboard and moves', () => {
  expect(terminalText('\u001B]8;;http://evil\u0007here\u001B]8;;\u001B\\!')).toBe('here!');
  expect(terminalText('\u001B]52;c;YQ==\u0007\u001B[2J\u001B[10A\u009B31m\u001BPq\u001B\\x\u0007')).toBe('31mx');
});

it('lets nothing through that a terminal obeys, whatever comes', () => {
  const hostile = fc.array(
    fc.constantFrom('\u001B', '[', ']', '8;;', 'm', 'J', '\u0007', '\\', '\u009D', 'a', '3', '\n'),
  );
  fc.assert(
    fc.property(hostile, (parts) => {
      const rest = terminalText(parts.join('')).replaceAll(/\u001B\[[\d;]*m/gu, '');
      expect(rest).not.toMatch(/[\u001B\u0007\u0080-\u009F]/u);
    }),
  );
});
