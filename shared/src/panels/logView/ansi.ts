import { lastWriting, withoutEscapes } from '../../protocol/index.ts';

/** A piece of a line in one style. */
export interface Span {
  readonly text: string;
  /** CSS classes: `a-r` … for the eight colours, `a-bold`, `a-dim`, `a-under`, `a-italic`; empty for plain text. */
  readonly style: string;
}

/** By the second digit of SGR 30 to 37 and 90 to 97. */
const colours = ['a-k', 'a-r', 'a-g', 'a-y', 'a-b', 'a-m', 'a-c', 'a-w'] as const;

interface Style {
  readonly colour: number | undefined;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
}

const plain: Style = { colour: undefined, bold: false, dim: false, italic: false, underline: false };

/** A colour setting (SGR): parameters of digits, `;` and `:` only. */
const settings = /(?:\u001B\[|\u009B)([\d;:]*)m/g;
/** What is left of escapes and other control characters, apart from tabs; changes of direction deceive. */
const invisible = /[^\P{Cc}\t]|\p{Bidi_Control}|[\u2028\u2029]/gu;

/**
 * Cuts a line of log into styled text. Only colours and weights of SGR have an effect; every other escape sequence is
 * passed over, and of a link the text is left. Never throws, whatever the line.
 */
export function parseAnsi(line: string): Span[] {
  const written = lastWriting(line);
  if (!/[\u001B\u009B]/.test(written)) return spanOf(written, plain);
  const spans: Span[] = [];
  let style = plain;
  let at = 0;
  for (const match of written.matchAll(settings)) {
    spans.push(...spanOf(written.slice(at, match.index), style));
    style = applied(style, match[1] ?? '');
    at = match.index + match[0].length;
  }
  spans.push(...spanOf(written.slice(at), style));
  return spans;
}

/** The line as it is shown, without styles. */
export function plainLine(line: string): string {
  return withoutEscapes(lastWriting(line)).replace(invisible, '');
}

function spanOf(text: string, style: Style): Span[] {
  const shown = withoutEscapes(text).replace(invisible, '');
  return shown === '' ? [] : [{ text: shown, style: classesOf(style) }];
}

function classesOf({ colour, bold, dim, italic, underline }: Style): string {
  const classes = [
    colour === undefined ? '' : (colours[colour] ?? ''),
    bold ? 'a-bold' : '',
    dim ? 'a-dim' : '',
    italic ? 'a-italic' : '',
    underline ? 'a-under' : '',
  ];
  return classes.filter((name) => name !== '').join(' ');
}

function applied(style: Style, parameters: string): Style {
  const codes = parameters.split(/[;:]/).map(Number);
  let next = style;
  for (let index = 0; index < codes.length; index += 1) {
    const code = codes[index] ?? 0;
    if (code === 38 || code === 48 || code === 58) {
      const { colour, used } = extended(codes.slice(index + 1));
      if (code === 38) next = { ...next, colour };
      index += used;
    } else next = basic(next, code);
  }
  return next;
}

function basic(style: Style, code: number): Style {
  if (code === 0) return plain;
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 3) return { ...style, italic: true };
  if (code === 4) return { ...style, underline: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code === 23) return { ...style, italic: false };
  if (code === 24) return { ...style, underline: false };
  if (code === 39) return { ...style, colour: undefined };
  if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) return { ...style, colour: code % 10 };
  return style;
}

/** `38;5;N` and `38;2;R;G;B`: the nearest of the eight colours, and how many codes they take. */
function extended([kind, ...rest]: readonly number[]): { colour: number | undefined; used: number } {
  if (kind === 5) return { colour: fromPalette(rest[0] ?? 0), used: 2 };
  if (kind === 2) return { colour: nearest(rest[0] ?? 0, rest[1] ?? 0, rest[2] ?? 0), used: 4 };
  return { colour: undefined, used: 1 };
}

function fromPalette(index: number): number | undefined {
  if (index < 16) return index % 8;
  if (index >= 232) return index < 244 ? 0 : undefined;
  const cube = index - 16;
  const level = (digit: number): number => (digit === 0 ? 0 : 55 + digit * 40);
  return nearest(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

/** One bit for each of red, green and blue, as in the eight colours; undefined for the text's own colour. */
function nearest(red: number, green: number, blue: number): number | undefined {
  const most = Math.max(red, green, blue);
  if (most - Math.min(red, green, blue) < 32) return most < 160 ? 0 : undefined;
  const bit = (value: number, weight: number): number => (value > most * 0.6 ? weight : 0);
  return bit(red, 1) + bit(green, 2) + bit(blue, 4);
}
