import { displayWidth, truncate } from './text.ts';

/** What a piece of text is, not which colour it has. A tone only ever repeats what the words say. */
export type Tone = 'good' | 'bad' | 'warn' | 'dim' | 'strong' | 'accent';

export interface Span {
  readonly text: string;
  readonly tone?: Tone;
}

/** One line for people, before it is known whether it goes to a terminal. */
export type Line = readonly Span[];

const codes: Readonly<Record<Tone, readonly [open: number, close: number]>> = {
  good: [32, 39],
  bad: [31, 39],
  warn: [33, 39],
  dim: [2, 22],
  strong: [1, 22],
  accent: [36, 39],
};

export function plain(text: string): Span {
  return { text };
}

export function toned(tone: Tone, text: string): Span {
  return { text, tone };
}

export interface LineFormat {
  readonly colours: boolean;
  /** Columns; longer lines are cut. Infinity for output that is not a terminal. */
  readonly width: number;
}

/** The line as text. The spans must be visible text (see sanitize.ts). */
export function formatLine(line: Line, { colours, width }: LineFormat): string {
  let left = width;
  let result = '';
  for (const span of line) {
    if (left <= 0) break;
    const text = truncate(span.text, left);
    left -= width === Number.POSITIVE_INFINITY ? 0 : displayWidth(text);
    result += colours && span.tone !== undefined && text.trim() !== '' ? paint(text, span.tone) : text;
    if (text !== span.text) break;
  }
  return result.trimEnd();
}

function paint(text: string, tone: Tone): string {
  const [open, close] = codes[tone];
  return `\u001b[${open}m${text}\u001b[${close}m`;
}

/** The plain text of a line. */
export function lineText(line: Line): string {
  return line.map((span) => span.text).join('');
}
