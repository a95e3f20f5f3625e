import { maskSecrets } from './maskSecrets.ts';

const longestEvidence = 300;
const longestLine = 4_000;

// Escape sequences (ECMA-48): CSI, OSC and other strings with their end, then two-character ones.
const escapes =
  /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]|\u001B[\]PX^_][^\u0007\u001B]{0,4096}(?:\u0007|\u001B\\)?|\u001B[ -/]*[0-~]/g;

/**
 * Text as it may be shown: no escape sequences, control characters or changes of direction, no secrets, no endless lines. A line that
 * was overwritten (`\r`) becomes one of its own.
 */
export function cleanText(text: string): string {
  const plain = text
    .replace(escapes, '')
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\t\n]|\p{Cs}|\p{Bidi_Control}/gu, '');
  return maskSecrets(plain)
    .split('\n')
    .map((line) => (line.length > longestLine ? `${line.slice(0, longestLine)}…` : line))
    .join('\n');
}

/** At most 300 characters of a line, so that it fits on a screen. */
export function cutLine(line: string): string {
  return cutTo(line.trimEnd(), longestEvidence);
}

/** A text's beginning, in at most `longest` UTF-16 units, never half a character at its end. */
export function cutTo(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

const saysNothing = [
  /^\s*$/,
  // tqdm's bars, papermill's own among them.
  /\d+%\|.*\|\s*\d+\/\d+ \[/,
  /^(?:Executing|Ending) Cell \d+-+$/,
  // A note of every ipykernel (catalogue G23), and pip's advertisement of itself.
  /Kernel is running over TCP without encryption/,
  /^\[notice\]|^WARNING: You are using pip version|^You should consider upgrading via/,
  // Under-lines of tracebacks.
  /^\s*[\^~]+\s*$/,
  /^\s*[-=_*]{8,}\s*$/,
];

/** The lines of clean text that say something. */
export function meaningfulLines(text: string): string[] {
  return text.split('\n').filter((line) => !saysNothing.some((nothing) => nothing.test(line)));
}
