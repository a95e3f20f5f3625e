import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText, cutLine, meaningfulLines } from './cleanText.ts';

describe('cleanText', () => {
  it('takes colours, titles and other controls out, and keeps tabs and lines', () => {
    expect(cleanText('\u001b[31mred\u001b[0m \u001b]0;title\u0007x\ty\u0008\u0000\r\nz')).toBe('red x\ty\nz');
  });

  it('makes a line of each state of a progress bar', () => {
    expect(cleanText('10%\r50%\rdone')).toBe('10%\n50%\ndone');
  });

  it('finds a token that colours cut in two', () => {
    expect(cleanText('ghp_0123456789\u001b[1mabcdefghij')).toBe('[masked]');
  });

  it('leaves no control character, no half character and no change of direction', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('\u001b[', '\u001b]', '\u009b', '\u202e', ''),
        (text, escape) => {
          expect(cleanText(`${escape}${text}${escape}`)).not.toMatch(/[^\P{Cc}\t\n]|\p{Cs}|\p{Bidi_Control}/u);
        },
      ),
    );
  });
});

describe('cutLine', () => {
  it('gives at most 300 characters, never half a one', () => {
    expect(cutLine('x'.repeat(300))).toHaveLength(300);
    expect(cutLine('x'.repeat(301))).toBe(`${'x'.repeat(299)}…`);
    expect(cutLine(`${'x'.repeat(298)}😀😀`)).toBe(`${'x'.repeat(298)}…`);
  });
});

describe('meaningfulLines', () => {
  it('leaves out progress bars, rules and notices', () => {
    const noise = [
      'Executing:  50%|█████     | 1/2 [00:00<00:00,  1.73cell/s]',
      'Executing Cell 12--------------------------------------',
      'Ending Cell 12-----------------------------------------',
      '[IPKernelApp] WARNING | Kernel is running over TCP without encryption. All communication',
      '[notice] A new release of pip is available',
      '   ^^^^^^^^',
      '-----------------------',
      '',
    ];
    expect(meaningfulLines([...noise, 'what happened', ...noise].join('\n'))).toEqual(['what happened']);
  });
});
