import type { ParameterDeclaration, ParameterValue } from '../../protocol/index.ts';
import { readPythonString } from './pythonString.ts';

/** A literal. `value` is undefined where JSON cannot hold it: bytes, keys that are not text, huge integers. */
export interface Literal {
  readonly type: ParameterDeclaration['type'];
  readonly value: ParameterValue | undefined;
}

const maxDepth = 100;
/** A longer default is data, not a parameter that anybody would type. */
const maxLength = 1_000_000;

interface Cursor {
  readonly text: string;
  at: number;
}

/** Reads a Python literal; undefined for any other expression. Never throws. */
export function readPythonLiteral(text: string): Literal | undefined {
  if (text.length > maxLength) return undefined;
  const cursor: Cursor = { text: text.replace(/\r\n?/g, '\n'), at: 0 };
  const first = readValue(cursor, 0);
  if (first === undefined) return undefined;
  const whole = peek(cursor) === ',' ? readTuple(cursor, first, '', 0) : first;
  return whole !== undefined && peek(cursor) === '' ? whole : undefined;
}

/** The next character that means something; the empty string at the end. */
function peek(cursor: Cursor): string {
  const filler = /(?:\s+|\\\n|#[^\n]*)*/y;
  filler.lastIndex = cursor.at;
  cursor.at += filler.exec(cursor.text)?.[0].length ?? 0;
  return cursor.text.charAt(cursor.at);
}

function take(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text)?.[0];
  if (found !== undefined) cursor.at += found.length;
  return found;
}

function readValue(cursor: Cursor, depth: number): Literal | undefined {
  if (depth > maxDepth) return undefined;
  const next = peek(cursor);
  if (next === '[') return readList(cursor, depth);
  if (next === '(') return readParenthesis(cursor, depth);
  if (next === '{') return readDict(cursor, depth);
  if (/[-+\d.]/.test(next)) return readNumber(cursor);
  return readPythonString(cursor, peek) ?? readConstant(cursor);
}

const constants: Readonly<Record<string, Literal>> = {
  None: { type: 'none', value: null },
  True: { type: 'bool', value: true },
  False: { type: 'bool', value: false },
};

function readConstant(cursor: Cursor): Literal | undefined {
  const word = take(cursor, /(?:None|True|False)(?![\p{ID_Continue}.([])/uy);
  return word === undefined ? undefined : constants[word];
}

const floatPattern = /(?:(?:\d(?:_?\d)*)?\.\d(?:_?\d)*|\d(?:_?\d)*\.?)(?:[eE][-+]?\d(?:_?\d)*)?/y;
const intPattern =
  /(?:0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|[1-9](?:_?\d)*|0(?:_?0)*)(?![\d_.eE])/y;

function readNumber(cursor: Cursor): Literal | undefined {
  let sign = 1;
  for (let next = peek(cursor); next === '-' || next === '+'; next = peek(cursor)) {
    if (next === '-') sign = -sign;
    cursor.at += 1;
  }
  const int = take(cursor, intPattern);
  const text = int ?? take(cursor, floatPattern);
  if (text === undefined || /[\p{ID_Continue}.]/u.test(cursor.text.charAt(cursor.at))) return undefined;
  const type = int === undefined ? 'float' : 'int';
  if (type === 'float' && /^0\d/.test(text) && !/[.eE]/.test(text)) return undefined;
  const number = sign * Number(text.replaceAll('_', ''));
  const exact = type === 'int' ? Number.isSafeInteger(number) : Number.isFinite(number);
  return { type, value: exact ? (Object.is(number, -0) && type === 'int' ? 0 : number) : undefined };
}

/** Elements up to `closer`; undefined when they are not literals. */
function readElements(cursor: Cursor, closer: string, depth: number): Literal[] | undefined {
  const elements: Literal[] = [];
  while (peek(cursor) !== closer) {
    const element = readValue(cursor, depth + 1);
    if (element === undefined) return undefined;
    elements.push(element);
    if (peek(cursor) === ',') cursor.at += 1;
    else if (peek(cursor) !== closer) return undefined;
  }
  cursor.at += closer.length;
  return elements;
}

function listOf(elements: readonly Literal[] | undefined): Literal | undefined {
  if (elements === undefined) return undefined;
  const values = elements.flatMap(({ value }) => (value === undefined ? [] : [value]));
  return { type: 'list', value: values.length === elements.length ? values : undefined };
}

function readList(cursor: Cursor, depth: number): Literal | undefined {
  cursor.at += 1;
  return listOf(readElements(cursor, ']', depth));
}

/** After a first element and at a comma: the rest of a tuple. It becomes a list, as JSON has no tuples. */
function readTuple(cursor: Cursor, first: Literal, closer: string, depth: number): Literal | undefined {
  cursor.at += 1;
  const rest = readElements(cursor, closer, depth);
  return rest === undefined ? undefined : listOf([first, ...rest]);
}

function readParenthesis(cursor: Cursor, depth: number): Literal | undefined {
  cursor.at += 1;
  if (peek(cursor) === ')') {
    cursor.at += 1;
    return { type: 'list', value: [] };
  }
  const inner = readValue(cursor, depth + 1);
  if (inner === undefined) return undefined;
  if (peek(cursor) === ',') return readTuple(cursor, inner, ')', depth);
  if (peek(cursor) !== ')') return undefined;
  cursor.at += 1;
  return inner;
}

function readDict(cursor: Cursor, depth: number): Literal | undefined {
  cursor.at += 1;
  const entries: [string, ParameterValue][] = [];
  let exact = true;
  while (peek(cursor) !== '}') {
    const key = readValue(cursor, depth + 1);
    if (key === undefined || peek(cursor) !== ':') return undefined;
    cursor.at += 1;
    const value = readValue(cursor, depth + 1);
    if (value === undefined) return undefined;
    if (typeof key.value === 'string' && value.value !== undefined) entries.push([key.value, value.value]);
    else exact = false;
    if (peek(cursor) === ',') cursor.at += 1;
    else if (peek(cursor) !== '}') return undefined;
  }
  cursor.at += 1;
  return { type: 'dict', value: exact ? Object.fromEntries(entries) : undefined };
}
