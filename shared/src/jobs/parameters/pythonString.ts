import type { Literal } from './pythonLiteral.ts';

const opening = /([a-zA-Z]{0,2})('''|"""|'|")/y;

const simpleEscapes: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\n': '',
};

/**
 * Reads one string literal or several that stand side by side (lines end with `\n` here); undefined when there is none here, or when one of them
 * is not a plain value (an f-string with fields).
 * https://docs.python.org/3/reference/lexical_analysis.html#string-and-bytes-literals
 */
export function readPythonString(
  cursor: { readonly text: string; at: number },
  peek: (cursor: { readonly text: string; at: number }) => string,
): Literal | undefined {
  let value = '';
  let exact = true;
  let type: Literal['type'] | undefined;
  for (;;) {
    opening.lastIndex = cursor.at;
    const [whole, prefix, delimiter] = opening.exec(cursor.text) ?? [];
    if (whole === undefined || prefix === undefined || delimiter === undefined) break;
    const part = readOne(cursor.text, cursor.at + whole.length, prefix.toLowerCase(), delimiter);
    if (part === undefined) return undefined;
    cursor.at = part.end;
    if (part.value === undefined) exact = false;
    else value += part.value;
    type = type === 'unknown' || prefix.toLowerCase().includes('b') ? 'unknown' : 'str';
    peek(cursor);
  }
  if (type === undefined) return undefined;
  return { type, value: exact && !/\p{Cs}/u.test(value) ? value : undefined };
}

function readOne(
  text: string,
  start: number,
  prefix: string,
  delimiter: string,
): { value: string | undefined; end: number } | undefined {
  if (!['', 'r', 'u', 'b', 'f', 'rb', 'br', 'rf', 'fr'].includes(prefix)) return undefined;
  let at = start;
  while (!text.startsWith(delimiter, at)) {
    const character = text.charAt(at);
    if (character === '' || (delimiter.length === 1 && character === '\n')) return undefined;
    at += character === '\\' ? 2 : 1;
  }
  const body = text.slice(start, at);
  const end = at + delimiter.length;
  if (prefix.includes('f') && /[{}]/.test(body)) return undefined;
  if (prefix.includes('b')) return { value: undefined, end };
  return { value: prefix.includes('r') ? body : unescape(body), end };
}

/** Undefined for an escape that needs Python's own tables (`\N{…}`) or that Python refuses. */
function unescape(body: string): string | undefined {
  const unread: string[] = [];
  const value = body.replace(
    /\\(?:([0-7]{1,3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([\s\S]))/g,
    (
      whole: string,
      octal: string | undefined,
      x: string | undefined,
      u: string | undefined,
      long: string | undefined,
      other: string | undefined,
    ) => {
      const hex = x ?? u ?? long;
      const code = octal !== undefined ? Number.parseInt(octal, 8) : Number.parseInt(hex ?? '', 16);
      if (!Number.isNaN(code)) {
        if (code <= 0x10ffff) return String.fromCodePoint(code);
        unread.push(whole);
        return whole;
      }
      if (other !== undefined && 'NxuU'.includes(other)) unread.push(whole);
      return simpleEscapes[other ?? ''] ?? whole;
    },
  );
  return unread.length === 0 ? value : undefined;
}
