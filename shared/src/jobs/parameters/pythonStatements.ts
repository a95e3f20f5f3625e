/** One assignment at the left margin of a Python cell. */
export interface PythonAssignment {
  readonly name: string;
  /** Source of the annotation, if there is one. */
  readonly annotation: string | undefined;
  /** Source of the value, without the comment after it; undefined for a bare annotation. */
  readonly value: string | undefined;
  /** The comment after it, without its `#`. */
  readonly comment: string | undefined;
  /** True for `a, b = value`: the name gets a part of the value. */
  readonly unpacked: boolean;
}

/** A logical line: it may span lines in brackets and long strings. Positions are into the source. */
interface Statement {
  readonly start: number;
  readonly end: number;
  readonly indented: boolean;
  /** Positions of `=` that assign and of `:`, outside brackets and strings. */
  readonly equals: readonly number[];
  readonly colons: readonly number[];
  readonly comment: string | undefined;
}

const identifier = /^[\p{ID_Start}_][\p{ID_Continue}]*$/u;
const keywords = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from global ' +
    'if import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
);

/** True for a word that Python takes as a variable's name. */
export function isPythonName(text: string): boolean {
  return identifier.test(text) && !keywords.has(text);
}

/** The assignments at the left margin, in order. Reads any text without failing; what it cannot follow it leaves out. */
export function pythonAssignments(source: string): PythonAssignment[] {
  // A cell magic other than these hands the cell to another language.
  const magic = /^\s*%%(\w+)/.exec(source)?.[1];
  if (magic !== undefined && !['time', 'timeit', 'capture', 'prun'].includes(magic)) return [];
  return splitStatements(source).flatMap((statement) => (statement.indented ? [] : assignmentsOf(source, statement)));
}

function assignmentsOf(source: string, statement: Statement): PythonAssignment[] {
  const { start, end, equals, colons, comment } = statement;
  const firstEquals = equals[0] ?? end;
  const colon = colons[0];
  if (colon !== undefined && colon < firstEquals) {
    const name = source.slice(start, colon).trim();
    const annotation = source.slice(colon + 1, firstEquals).trim();
    if (!isPythonName(name) || annotation === '') return [];
    const value = equals.length === 0 ? undefined : source.slice(firstEquals + 1, end).trim();
    return [{ name, annotation, value, comment, unpacked: false }];
  }
  // a = b = value, and a, b = values
  const targets: { name: string; unpacked: boolean }[] = [];
  let valueStart = start;
  for (const position of equals) {
    const target = source
      .slice(valueStart, position)
      .trim()
      .replace(/^[([]|[)\]]$/g, '');
    const names = target.split(',').map((name) => name.trim());
    if (names.length > 1 && names.at(-1) === '') names.pop();
    if (!names.every(isPythonName)) break;
    targets.push(...names.map((name) => ({ name, unpacked: target.includes(',') })));
    valueStart = position + 1;
  }
  const value = source.slice(valueStart, end).trim();
  return targets.map((target) => ({ ...target, annotation: undefined, value, comment }));
}

function splitStatements(source: string): Statement[] {
  const statements: Statement[] = [];
  let at = 0;
  while (at < source.length) {
    const line = /[^\S\r\n]*/y;
    line.lastIndex = at;
    const indent = line.exec(source)?.[0].length ?? 0;
    const start = at + indent;
    if (/[%!?]/.test(source.charAt(start))) {
      at = lineEnd(source, start) + 1;
      continue;
    }
    at = readLogicalLine(source, start, indent > 0, statements);
  }
  return statements;
}

function lineEnd(source: string, from: number): number {
  const end = source.slice(from).search(/[\r\n]/);
  return end === -1 ? source.length : from + end;
}

/** Reads statements up to the end of a logical line; returns where the next line starts. */
function readLogicalLine(source: string, start: number, indented: boolean, into: Statement[]): number {
  let at = start;
  let depth = 0;
  let open = { start, equals: [] as number[], colons: [] as number[] };
  const close = (end: number, comment: string | undefined): void => {
    if (source.slice(open.start, end).trim() !== '') into.push({ ...open, end, indented, comment });
    open = { start: end + 1, equals: [], colons: [] };
  };
  while (at < source.length) {
    const character = source.charAt(at);
    if (character === '"' || character === "'") {
      at = stringEnd(source, at);
      continue;
    }
    if (character === '\\' && /[\r\n]/.test(source.charAt(at + 1))) at += source.startsWith('\r\n', at + 1) ? 2 : 1;
    else if (character === '#') {
      const end = lineEnd(source, at);
      if (depth === 0) {
        close(at, source.slice(at + 1, end));
        return end + 1;
      }
      at = end;
    } else if (character === '\n' || character === '\r') {
      if (depth === 0) {
        close(at, undefined);
        return at + 1;
      }
    } else if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth = Math.max(0, depth - 1);
    else if (depth === 0) {
      if (character === ';') close(at, undefined);
      else if (character === ':' && source.charAt(at + 1) !== '=') open.colons.push(at);
      else if (character === '=' && isAssigning(source, at)) open.equals.push(at);
    }
    at += 1;
  }
  close(source.length, undefined);
  return source.length;
}

function isAssigning(source: string, at: number): boolean {
  return source.charAt(at + 1) !== '=' && !/[=!<>+\-*/%&|^@:]/.test(source.charAt(at - 1));
}

/** The position after the string literal that starts at `start`; an unfinished one ends with its line or the source. */
function stringEnd(source: string, start: number): number {
  const quote = source.charAt(start);
  const delimiter = source.startsWith(quote.repeat(3), start) ? quote.repeat(3) : quote;
  let at = start + delimiter.length;
  while (at < source.length) {
    if (source.startsWith(delimiter, at)) return at + delimiter.length;
    const character = source.charAt(at);
    if (delimiter.length === 1 && (character === '\n' || character === '\r')) return at;
    at += character === '\\' ? 2 : 1;
  }
  return source.length;
}
