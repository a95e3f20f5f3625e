import { parse as parseYaml } from 'yaml';
import { parameterValueSchema, SlipwayError } from '../../protocol/index.ts';
import type { ParameterDeclaration, ParameterValue } from '../../protocol/index.ts';
import { quoted } from '../paths.ts';

/** Splits `name=value` of the command line's `-p`. The value may be empty and may contain `=`. @throws SlipwayError `usage` */
export function parseParameterArgument(text: string): { name: string; raw: string } {
  const equals = text.indexOf('=');
  const name = text.slice(0, Math.max(0, equals)).trim();
  if (name === '') {
    throw new SlipwayError('usage', `${quoted(text)} is not a parameter.`, {
      action: 'Write name=value, for example -p n_pcs=30.',
    });
  }
  return { name, raw: text.slice(equals + 1) };
}

/** The error for a value that does not fit the parameter's declaration. */
export function wrongValueError(declaration: ParameterDeclaration, given: string, why?: string): SlipwayError {
  const { name, type, defaultSource } = declaration;
  const reason = why === undefined ? '' : ` (${why})`;
  return new SlipwayError(
    'parameter.invalid',
    `Parameter ${name} expects ${describeType(type)}, but was given ${given}${reason}.`,
    {
      action:
        defaultSource === ''
          ? `Give ${describeType(type)}.`
          : `Give ${describeType(type)}, like its default ${quoted(defaultSource).slice(1, -1)}.`,
    },
  );
}

function describeType(type: ParameterDeclaration['type']): string {
  const words: Record<ParameterDeclaration['type'], string> = {
    int: 'a whole number (int)',
    float: 'a number (float)',
    bool: 'true or false (bool)',
    str: 'text (str)',
    list: 'a list',
    dict: 'a mapping (dict)',
    none: 'a value',
    unknown: 'a value',
  };
  return words[type];
}

/**
 * The value that a text from the command line means: by the declared type where there is one (text stays text, lists
 * and dicts are JSON or YAML flow), else as a YAML 1.2 core scalar, or `None`.
 * @throws SlipwayError `parameter.invalid`
 */
export function parseParameterValue(raw: string, declaration?: ParameterDeclaration): ParameterValue {
  const text = raw.trim();
  if (declaration === undefined || declaration.type === 'unknown' || declaration.type === 'none') {
    return scalarValue(raw, declaration);
  }
  if (declaration.type === 'str') return raw;
  if (declaration.defaultValue === null && isNull(text)) return null;
  const value = declaration.type === 'list' || declaration.type === 'dict' ? flowValue(text) : scalarOf(text);
  if (value === undefined || !fits(value, declaration.type)) {
    throw wrongValueError(declaration, quoted(raw), inexact(text) ? 'it cannot be passed on exactly' : undefined);
  }
  return value;
}

/** True when a value is what a declared type means; a float may be given as a whole number. */
export function fits(value: ParameterValue, type: ParameterDeclaration['type']): boolean {
  switch (type) {
    case 'int':
      return Number.isSafeInteger(value);
    case 'float':
      return typeof value === 'number';
    case 'bool':
      return typeof value === 'boolean';
    case 'str':
      return typeof value === 'string';
    case 'list':
      return Array.isArray(value);
    case 'dict':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'none':
    case 'unknown':
      return true;
  }
}

function isNull(text: string): boolean {
  return /^(?:null|Null|NULL|None|~)$/.test(text);
}

const intPattern = /^(?:[-+]?\d+|0o[0-7]+|0x[\da-fA-F]+)$/;
const floatPattern = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const notFinite = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/** A number or truth value; undefined for other texts and for numbers that JSON cannot hold. */
function scalarOf(text: string): number | boolean | undefined {
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  const value = intPattern.test(text) || floatPattern.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

/** True for a number that would not arrive as it was written. */
function inexact(text: string): boolean {
  if (intPattern.test(text)) return !Number.isSafeInteger(Number(text));
  return notFinite.test(text) || (floatPattern.test(text) && scalarOf(text) === undefined);
}

function scalarValue(raw: string, declaration: ParameterDeclaration | undefined): ParameterValue {
  const text = raw.trim();
  if (isNull(text)) return null;
  if (inexact(text)) {
    const name = declaration === undefined ? 'A parameter' : `Parameter ${declaration.name}`;
    throw new SlipwayError(
      'parameter.invalid',
      `${name} was given ${quoted(raw)}, a number that cannot be passed on exactly.`,
      {
        action: `Quote it to pass it as text: '"${text}"'.`,
      },
    );
  }
  const scalar = scalarOf(text);
  if (scalar !== undefined) return scalar;
  const unquoted = /^(["']).*\1$/s.test(text) ? flowValue(text) : undefined;
  return typeof unquoted === 'string' ? unquoted : raw;
}

/** A value in JSON or YAML flow notation; undefined for what is neither. */
function flowValue(text: string): ParameterValue | undefined {
  if (!/^[[{"']/.test(text)) return undefined;
  try {
    const value: unknown = parseYaml(text, { version: '1.2', stringKeys: true, maxAliasCount: 0, logLevel: 'error' });
    return parameterValueSchema.safeParse(value).data;
  } catch {
    // Not YAML: for the caller the same as a value of another type.
    return undefined;
  }
}
