import type { ParameterDeclaration, ParameterValue } from '../../protocol/index.ts';

const assignment = /^([\p{L}.][\p{L}\p{N}._]*)[ \t]*(?:<-|=(?!=))[ \t]*(.+)$/u;
const literal = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^#"']*?)(?=\s*(?:#|$))/;

/** The simple assignments of an R cell: `name <- literal` or `name = literal` on one line, with `# help` after it. */
export function rParameters(source: string): ParameterDeclaration[] {
  return source.split(/\r\n?|\n/).flatMap((line) => {
    const [, name, rest] = line.length > 4096 ? [] : (assignment.exec(line.trimEnd()) ?? []);
    const value = rest === undefined ? undefined : literal.exec(rest)?.[0].trim();
    if (name === undefined || rest === undefined || value === undefined || value === '') return [];
    const help = rest.slice(value.length).trim().replace(/^#\s*/, '');
    return [{ name, defaultSource: value, ...readLiteral(value), ...(help !== '' && { help }) }];
  });
}

const constants: Readonly<Record<string, readonly [ParameterDeclaration['type'], ParameterValue]>> = {
  TRUE: ['bool', true],
  FALSE: ['bool', false],
  T: ['bool', true],
  F: ['bool', false],
  NULL: ['none', null],
};

function readLiteral(value: string): Pick<ParameterDeclaration, 'type' | 'defaultValue'> {
  const constant = Object.hasOwn(constants, value) ? constants[value] : undefined;
  if (constant !== undefined) return { type: constant[0], defaultValue: constant[1] };
  const int = /^([-+]?\d+)L$/.exec(value)?.[1];
  if (int !== undefined) return withValue('int', Number(int));
  if (/^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(value)) return withValue('float', Number(value));
  const text = /^(["'])(.*)\1$/s.exec(value)?.[2];
  // Escapes differ from JSON's; a text with one keeps its source only.
  if (text !== undefined) return text.includes('\\') ? { type: 'str' } : { type: 'str', defaultValue: text };
  return { type: 'unknown' };
}

function withValue(type: 'int' | 'float', value: number): Pick<ParameterDeclaration, 'type' | 'defaultValue'> {
  return Number.isFinite(value) ? { type, defaultValue: value } : { type };
}
