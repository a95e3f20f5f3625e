/**
 * A JSON scanner that finds where things are instead of building them, so that a 200 MB notebook can be edited without
 * holding its outputs as objects, and whatever is not edited stays as it was written. It accepts what RFC 8259 allows
 * and the `NaN`, `Infinity` and `-Infinity` that Python's json module writes.
 */
export interface JsonSpan {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

export interface JsonMember extends JsonSpan {
  readonly key: string;
}

/** The text is not JSON, first at `position` (0-based, in UTF-16 units). */
export class JsonSyntaxError extends Error {
  readonly position: number;
  /** True when the text ends too early. */
  readonly truncated: boolean;

  constructor(position: number, truncated: boolean) {
    super(truncated ? 'unexpected end of JSON' : 'unexpected character in JSON');
    this.name = 'JsonSyntaxError';
    this.position = position;
    this.truncated = truncated;
  }
}

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const colon = 0x3a;

function fail(text: string, position: number): never {
  throw new JsonSyntaxError(Math.min(position, text.length), position >= text.length);
}

/** The position of the next character that is not white space. */
export function skipSpace(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
    at += 1;
  }
}

/** The position after the string that starts at `start`. */
function skipString(text: string, start: number): number {
  if (text.charCodeAt(start) !== quote) fail(text, start);
  let at = start + 1;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === quote) return at + 1;
    if (code === backslash) at = skipEscape(text, at);
    else if (code >= 0x20) at += 1;
    else fail(text, at);
  }
}

const escapePattern = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

function skipEscape(text: string, start: number): number {
  escapePattern.lastIndex = start;
  if (escapePattern.test(text)) return escapePattern.lastIndex;
  return fail(text, start + 6 > text.length ? text.length : start);
}

const literalPattern = /-?(?:Infinity|(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|NaN|true|false|null/y;

function skipLiteral(text: string, start: number): number {
  literalPattern.lastIndex = start;
  return literalPattern.test(text) ? literalPattern.lastIndex : fail(text, start);
}

/** The position of the value that belongs to the key at `start`. */
function skipKey(text: string, start: number): number {
  const at = skipSpace(text, skipString(text, start));
  return text.charCodeAt(at) === colon ? skipSpace(text, at + 1) : fail(text, at);
}

/** The position after the value that starts at `start`. Needs no stack, however deep the value is. */
export function skipValue(text: string, start: number): number {
  const open: number[] = [];
  let at = start;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === openBrace || code === openBracket) {
      const inner = skipSpace(text, at + 1);
      const closer = code === openBrace ? closeBrace : closeBracket;
      if (text.charCodeAt(inner) !== closer) {
        open.push(closer);
        at = closer === closeBrace ? skipKey(text, inner) : inner;
        continue;
      }
      at = inner + 1;
    } else {
      at = code === quote ? skipString(text, at) : skipLiteral(text, at);
    }
    const next = afterValue(text, at, open);
    if (open.length === 0) return next;
    at = next;
  }
}

/** Closes what ends here; the position of the next value, or the end when nothing is open any more. */
function afterValue(text: string, from: number, open: number[]): number {
  let at = from;
  for (;;) {
    const closer = open.at(-1);
    if (closer === undefined) return at;
    at = skipSpace(text, at);
    const code = text.charCodeAt(at);
    if (code === comma) {
      const next = skipSpace(text, at + 1);
      return closer === closeBrace ? skipKey(text, next) : next;
    }
    if (code !== closer) fail(text, at);
    open.pop();
    at += 1;
  }
}

export interface JsonObject extends JsonSpan {
  /** In order, with doubles. */
  readonly members: readonly JsonMember[];
}

/** The members of the object that starts at `start`. @throws JsonSyntaxError */
export function jsonObject(text: string, start: number): JsonObject {
  const members: JsonMember[] = [];
  if (text.charCodeAt(start) !== openBrace) fail(text, start);
  let at = skipSpace(text, start + 1);
  if (text.charCodeAt(at) === closeBrace) return { start, end: at + 1, members };
  for (;;) {
    const valueStart = skipKey(text, at);
    const key = keyAt(text, at);
    const end = skipValue(text, valueStart);
    members.push({ key, start: valueStart, end });
    at = skipSpace(text, end);
    if (text.charCodeAt(at) === closeBrace) return { start, end: at + 1, members };
    if (text.charCodeAt(at) !== comma) fail(text, at);
    at = skipSpace(text, at + 1);
  }
}

function keyAt(text: string, start: number): string {
  return stringValue(text, { start, end: skipString(text, start) }) ?? '';
}

/**
 * The elements of the array that starts at `start`, each as `read` makes it from its first position.
 * @throws JsonSyntaxError
 */
export function jsonElements<Element extends JsonSpan>(
  text: string,
  start: number,
  read: (start: number) => Element,
): Element[] {
  const found: Element[] = [];
  let at = skipSpace(text, start + 1);
  if (text.charCodeAt(at) === closeBracket) return found;
  for (;;) {
    const element = read(at);
    found.push(element);
    at = skipSpace(text, element.end);
    if (text.charCodeAt(at) === closeBracket) return found;
    if (text.charCodeAt(at) !== comma) fail(text, at);
    at = skipSpace(text, at + 1);
  }
}

/** The strings of the array that starts at `start`; undefined for an element that is none. */
export function jsonStrings(text: string, start: number): (string | undefined)[] {
  const spans = jsonElements(text, start, (at) => ({ start: at, end: skipValue(text, at) }));
  return spans.map((span) => stringValue(text, span));
}

/** The string at a span, or undefined for another kind of value. */
export function stringValue(text: string, span: JsonSpan): string | undefined {
  if (text.charCodeAt(span.start) !== quote) return undefined;
  const value: unknown = JSON.parse(text.slice(span.start, span.end));
  return typeof value === 'string' ? value : undefined;
}

/** The number at a span, or undefined for another kind of value. */
export function numberValue(text: string, span: JsonSpan): number | undefined {
  const source = text.slice(span.start, Math.min(span.end, span.start + 400));
  return /^-?\d/.test(source) ? Number(source) : undefined;
}

export function isObject(text: string, span: JsonSpan): boolean {
  return text.charCodeAt(span.start) === openBrace;
}

export function isArray(text: string, span: JsonSpan): boolean {
  return text.charCodeAt(span.start) === openBracket;
}

export interface TextEdit extends JsonSpan {
  readonly text: string;
}

/** Applies edits that do not overlap. The result shares no memory with `text`. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const pieces: string[] = [];
  let at = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    pieces.push(text.slice(at, edit.start), edit.text);
    at = edit.end;
  }
  pieces.push(text.slice(at));
  return pieces.join('');
}
