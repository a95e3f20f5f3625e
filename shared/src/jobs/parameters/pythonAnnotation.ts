import type { ParameterDeclaration } from '../../protocol/index.ts';

type ParameterType = ParameterDeclaration['type'];

const typeOfName: Readonly<Record<string, ParameterType>> = {
  int: 'int',
  float: 'float',
  bool: 'bool',
  str: 'str',
  list: 'list',
  tuple: 'list',
  set: 'list',
  sequence: 'list',
  iterable: 'list',
  dict: 'dict',
  mapping: 'dict',
  mutablemapping: 'dict',
  typeddict: 'dict',
  any: 'unknown',
  object: 'unknown',
};

/**
 * The parameter type that a Python annotation means, or undefined for one that says nothing we can check (a class).
 * `Optional[X]` and `X | None` mean X: whether None may be given is told by the default.
 */
export function typeOfAnnotation(annotation: string): ParameterType | undefined {
  const text = annotation.trim().replace(/^(['"])(.*)\1$/s, '$2');
  if (text.length > 1000) return undefined;
  const parts = splitOutside(text, '|').filter((part) => part !== 'None');
  if (parts.length === 0) return 'none';
  if (parts.length > 1) return unionOf(parts);
  const [, name = '', inner] = /^(?:[\w.]*\.)?(\w+)\s*(?:\[(.*)\])?$/s.exec(parts[0] ?? '') ?? [];
  const members = inner === undefined ? [] : splitOutside(inner, ',');
  switch (name.toLowerCase()) {
    case 'optional':
      return members.length === 1 ? typeOfAnnotation(members[0] ?? '') : undefined;
    case 'annotated':
    case 'final':
      return members[0] === undefined ? undefined : typeOfAnnotation(members[0]);
    case 'union':
      return unionOf(members.filter((member) => member !== 'None'));
    default:
      return Object.hasOwn(typeOfName, name.toLowerCase()) ? typeOfName[name.toLowerCase()] : undefined;
  }
}

function unionOf(members: readonly string[]): ParameterType {
  const types = new Set(members.map((member) => typeOfAnnotation(member) ?? 'unknown'));
  const [only] = types;
  if (types.size === 1 && only !== undefined) return only;
  return types.size === 2 && types.has('int') && types.has('float') ? 'float' : 'unknown';
}

function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if ('[('.includes(character)) depth += 1;
    else if ('])'.includes(character)) depth -= 1;
    else if (character === separator && depth === 0) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  parts.push(text.slice(start).trim());
  return parts.filter((part) => part !== '');
}
