import type { ParameterDeclaration, ParameterValue } from '../../protocol/index.ts';

export type ParameterType = ParameterDeclaration['type'];

/** What a text means as a value of a type. Of `problem` the words are in the table. */
export type Parsed =
  | { readonly value: ParameterValue; readonly problem?: undefined }
  | { readonly problem: 'int' | 'float' | 'list' | 'dict' | 'none' };

/** The type that a value has, where no cell declares it. */
export function typeOf(value: ParameterValue): ParameterType {
  if (value === null) return 'none';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'object') return 'dict';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'int' : 'float';
  return 'str';
}

/** Reads what was typed into a parameter's field. Text without quotes is text; `None` is none where the type allows it. */
export function parseValue(text: string, type: ParameterType): Parsed {
  const trimmed = text.trim();
  switch (type) {
    case 'int':
      return integer(trimmed);
    case 'float':
      return decimal(trimmed);
    case 'bool':
      return { value: trimmed === 'True' || trimmed === 'true' };
    case 'str':
      return { value: quotedText(trimmed) ?? text };
    case 'list':
    case 'dict':
      return collection(trimmed, type);
    case 'none':
    case 'unknown':
      return anything(trimmed, text);
  }
}

function integer(text: string): Parsed {
  const value = Number(text.replaceAll('_', ''));
  return /^[+-]?\d[\d_]*$/.test(text) && Number.isSafeInteger(value) ? { value } : { problem: 'int' };
}

function decimal(text: string): Parsed {
  const plain = text.replaceAll('_', '');
  const value = Number(plain);
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) && Number.isFinite(value)
    ? { value }
    : { problem: 'float' };
}

function collection(text: string, type: 'list' | 'dict'): Parsed {
  const value = literal(text);
  if (value === undefined || typeOf(value) !== type) return { problem: type };
  return { value };
}

function anything(trimmed: string, text: string): Parsed {
  const quoted = quotedText(trimmed);
  if (quoted !== undefined) return { value: quoted };
  const value = literal(trimmed);
  if (value !== undefined) return { value };
  return /^["'[{]/.test(trimmed) ? { problem: 'none' } : { value: text };
}

/** The text between matching quotes; undefined where there are none. */
function quotedText(text: string): string | undefined {
  if (/^"(?:[^"\\]|\\.)*"$/.test(text)) return parsedJson(text, isText);
  const single = /^'((?:[^'\\]|\\.)*)'$/.exec(text)?.[1];
  return single === undefined ? undefined : parsedJson(doubled(single), isText);
}

function isText(value: ParameterValue): value is string {
  return typeof value === 'string';
}

/** JSON, or the same in Python's words: None, True, False and single quotes. */
function literal(text: string): ParameterValue | undefined {
  const json = parsedJson(text, isAnything);
  if (json !== undefined) return json;
  const words: Readonly<Record<string, string>> = { None: 'null', True: 'true', False: 'false' };
  const rewritten = text.replace(
    /"(?:[^"\\]|\\.)*"|'((?:[^'\\]|\\.)*)'|\b(?:None|True|False)\b|,(?=\s*[\]}])/g,
    (token, single: string | undefined) =>
      single === undefined ? (words[token] ?? (token === ',' ? '' : token)) : doubled(single),
  );
  return parsedJson(rewritten, isAnything);
}

function doubled(single: string): string {
  return `"${single.replaceAll("\\'", "'").replaceAll('"', '\\"')}"`;
}

function isAnything(value: ParameterValue): value is ParameterValue {
  return typeof value !== 'undefined';
}

function parsedJson<Value extends ParameterValue>(
  text: string,
  accepts: (value: ParameterValue) => value is Value,
): Value | undefined {
  try {
    const value = JSON.parse(text) as ParameterValue;
    return accepts(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
