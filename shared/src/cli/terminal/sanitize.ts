/**
 * Text that came from a notebook, a log or a file name must not move the cursor, set a title or hide itself. Only these
 * functions let such text through to a terminal.
 */

const escape = '\\u001b';
const stringEnd = `(?:\\u0007|${escape}\\\\|\\u009c)`;

/** Escape sequences, 7-bit and 8-bit: CSI; OSC, DCS, SOS, PM and APC with their text; all others. */
const sequences = [
  `(?:${escape}\\[|\\u009b)[\\u0030-\\u003f]*[\\u0020-\\u002f]*[\\u0040-\\u007e]`,
  `(?:${escape}[\\]PX^_]|[\\u009d\\u0090\\u0098\\u009e\\u009f])[^\\u0007\\u001b\\u009c]*${stringEnd}`,
  `${escape}[\\u0020-\\u002f]*[\\u0030-\\u007e]`,
].join('|');

/** Controls, and the characters that turn the direction of the text around them or break the line. */
const invisible = '\\p{Cc}\\u2028\\u2029\\u200e\\u200f\\u061c\\u202a-\\u202e\\u2066-\\u2069\\ufeff';

const anySequence = new RegExp(sequences, 'gu');
const sequenceOrText = new RegExp(`(${sequences})|[^${escape}\\u0080-\\u009f]+|.`, 'gsu');
const colourSequence = new RegExp(`^${escape}\\[[0-9;:]*m$`, 'u');
const anyInvisible = new RegExp(`[${invisible}]+`, 'gu');
const suspicious = new RegExp(`[${invisible}]`, 'u');
const loneSurrogate = /\p{Cs}/gu;
const reset = '\u001b[0m';

/** One line of visible text: no control characters, no escape sequences; line breaks and tabs become a space. */
export function oneLine(text: string): string {
  if (!suspicious.test(text)) return wellFormed(text);
  return wellFormed(text.replace(anySequence, '').replace(/\s+/gu, ' ').replace(anyInvisible, '').trim());
}

/** Visible text in lines, without their ends. Indentation stays; tabs become four spaces. */
export function textLines(text: string): string[] {
  return text
    .split(/\r\n|[\n\r\u2028\u2029]/u)
    .map((line) => wellFormed(line.replaceAll('\t', '    ').replace(anySequence, '').replace(anyInvisible, '')));
}

/** One line of a log. With `keepColours` its colours stay, closed at the end; every other sequence goes. */
export function logLine(text: string, keepColours: boolean): string {
  if (!suspicious.test(text)) return text;
  if (!keepColours) return visible(text.replace(anySequence, ''));
  const kept = text.replace(sequenceOrText, (part: string, sequence: string | undefined) => {
    if (sequence === undefined) return visible(part);
    return colourSequence.test(sequence) ? sequence : '';
  });
  return kept.includes('\u001b') ? kept + reset : kept;
}

/** Keeps tabs: they cannot leave the line. */
function visible(text: string): string {
  return text.replace(anyInvisible, (run) => run.replace(/[^\t]+/gu, ''));
}

function wellFormed(text: string): string {
  return text.replace(loneSurrogate, '\ufffd');
}
