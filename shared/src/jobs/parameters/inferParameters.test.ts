import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parameterDeclarationSchema } from '../../protocol/index.ts';
import type { ParameterDeclaration, ParameterValue } from '../../protocol/index.ts';
import { readNotebook } from '../notebook/readNotebook.ts';
import { codeCell, countingIds, notebookText, parametersCellOf } from '../testing/notebooks.ts';
import { inferParameters } from './inferParameters.ts';

function infer(source: string, metadata: object = {}): ParameterDeclaration[] {
  const cells = [codeCell('before = 1'), parametersCellOf(source), parametersCellOf('second = 1')];
  return inferParameters(readNotebook(notebookText(cells, { metadata }), countingIds()));
}

/** name → [type, value, source, help] for the one parameter that a source declares. */
function only(source: string): [string, unknown, string, string | undefined] {
  const [first, ...more] = infer(source);
  expect(more).toEqual([]);
  if (first === undefined) throw new Error(`nothing declared by ${source}`);
  return [first.type, first.defaultValue, first.defaultSource, first.help];
}

/** A value as Python source. */
function toPython(value: ParameterValue): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(toPython).join(', ')}]`;
  if (typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([key, inner]) => `${toPython(key)}: ${toPython(inner)}`)
      .join(', ')}}`;
  }
  // A JSON string is a Python literal too, but for a pair of escaped surrogates.
  return Object.is(value, -0) ? '-0.0' : JSON.stringify(value);
}

/** Whether there is an integer in a value that is written without an exponent and that a double does not hold exactly. */
function hasHugeInt(value: ParameterValue): boolean {
  if (typeof value === 'number') return /^-?\d+$/.test(String(value)) && !Number.isSafeInteger(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasHugeInt);
}

describe('parameters of a Python cell', () => {
  it.each([
    ['n = 20', 'int', 20, '20'],
    ['n = -3', 'int', -3, '-3'],
    ['n = - -3', 'int', 3, '- -3'],
    ['n = 1_000', 'int', 1000, '1_000'],
    ['n = 0xFF', 'int', 255, '0xFF'],
    ['n = 0b101', 'int', 5, '0b101'],
    ['n = 0o17', 'int', 15, '0o17'],
    ['n = 0', 'int', 0, '0'],
    ['n = 12345678901234567890', 'int', undefined, '12345678901234567890'],
    ['f = 1e-3', 'float', 0.001, '1e-3'],
    ['f = .5', 'float', 0.5, '.5'],
    ['f = 5.', 'float', 5, '5.'],
    ['f = 1_0.2_5e1_0', 'float', 102500000000, '1_0.2_5e1_0'],
    ['f = 1e999', 'float', undefined, '1e999'],
    ['b = True', 'bool', true, 'True'],
    ['x = None', 'none', null, 'None'],
    ["s = 'a\"b'", 'str', 'a"b', "'a\"b'"],
    ['s = "a#b" # help', 'str', 'a#b', '"a#b"'],
    ['s = r"C:\\new"', 'str', 'C:\\new', 'r"C:\\new"'],
    [
      's = "\\x41\\u00e9\\U0001F600\\101\\n\\q"',
      'str',
      'AéA\n\\q'.replace('éA', 'é😀A'),
      '"\\x41\\u00e9\\U0001F600\\101\\n\\q"',
    ],
    ['s = "\\N{BULLET}"', 'str', undefined, '"\\N{BULLET}"'],
    ['s = \'a\' "b"', 'str', 'ab', '\'a\' "b"'],
    ['s = """a\nb"""', 'str', 'a\nb', '"""a\nb"""'],
    ["s = ''", 'str', '', "''"],
    ['s = f"plain"', 'str', 'plain', 'f"plain"'],
    ['s = f"{x}"', 'unknown', undefined, 'f"{x}"'],
    ['s = b"x"', 'unknown', undefined, 'b"x"'],
    ['l = []', 'list', [], '[]'],
    ['l = [1, "a", [None]]', 'list', [1, 'a', [null]], '[1, "a", [None]]'],
    ['l = (1, 2)', 'list', [1, 2], '(1, 2)'],
    ['l = 1, 2,', 'list', [1, 2], '1, 2,'],
    ['l = (1,)', 'list', [1], '(1,)'],
    ['l = ()', 'list', [], '()'],
    ['n = (1)', 'int', 1, '(1)'],
    ['l = [\n  1, # one\n  2,\n]', 'list', [1, 2], '[\n  1, # one\n  2,\n]'],
    ['d = {"a": 1, "b": {"c": [True]}}', 'dict', { a: 1, b: { c: [true] } }, '{"a": 1, "b": {"c": [True]}}'],
    ['d = {1: 2}', 'dict', undefined, '{1: 2}'],
    ['d = {}', 'dict', {}, '{}'],
    ['n = 1 + \\\n  2', 'unknown', undefined, '1 + \\\n  2'],
    ['n = 1024 * 1024', 'unknown', undefined, '1024 * 1024'],
    ['n = {1, 2}', 'unknown', undefined, '{1, 2}'],
    ['n = [x for x in y]', 'unknown', undefined, '[x for x in y]'],
    ['n = Path("a")', 'unknown', undefined, 'Path("a")'],
    ['n = 1j', 'unknown', undefined, '1j'],
    ['n = 007', 'unknown', undefined, '007'],
    ['n = None or 3', 'unknown', undefined, 'None or 3'],
    ['n = "a".upper()', 'unknown', undefined, '"a".upper()'],
    ['f = lambda x=1: x', 'unknown', undefined, 'lambda x=1: x'],
    ['größe = 1', 'int', 1, '1'],
  ])('%s', (source, type, value, defaultSource) => {
    expect(only(source).slice(0, 3)).toEqual([type, value, defaultSource]);
  });

  it.each([
    ['n: int = 20', 'int', 20],
    ['n: float = 1', 'float', 1],
    ['n: "int" = 1', 'int', 1],
    ['n: int | None = None', 'int', null],
    ['n: Optional[str] = None', 'str', null],
    ['n: typing.Optional[typing.List[int]] = None', 'list', null],
    ['n: Union[int, float] = 1', 'float', 1],
    ['n: Union[int, str] = 1', 'unknown', 1],
    ['n: dict[str, list[int]] = {}', 'dict', {}],
    ['n: Annotated[int, "x"] = 2', 'int', 2],
    ['n: Any = 3', 'unknown', 3],
    ['n: Path = "x"', 'str', 'x'],
    ['n: constructor = 1', 'int', 1],
    ['n: int = compute()', 'int', undefined],
    ['n: int', 'int', undefined],
    ['n = None  # type: int', 'int', null],
  ])('annotation: %s', (source, type, value) => {
    expect(only(source).slice(0, 2)).toEqual([type, value]);
  });

  it.each([
    ['n = 1  # number of\tthings', 'number of things'],
    ['n = 1  # type: int  how many', 'how many'],
    ['n = [\n 1 # inner\n] # outer', 'outer'],
    ['n = 1', undefined],
    ['# above\nn = 1\n# below', undefined],
  ])('help of %j', (source, help) => {
    expect(only(source)[3]).toBe(help);
  });

  it('reads a whole cell and leaves out what declares nothing', () => {
    const source = [
      '"""Docs = 1"""',
      '%matplotlib inline',
      '!pip install x=1',
      'import os',
      'a = 1; b = "x"  # both',
      'c = d = 2.5',
      '(e, f) = 1, 2',
      'g += 1',
      'os.x = 3',
      'h[0] = 3',
      'if a == 1: i = 3',
      'if a:',
      '    j = 1',
      'else: k = 2',
      'def f(x=1): pass',
      'print("y = 1")',
      'a = 9',
      'l := 3',
    ].join('\r\n');
    expect(infer(source).map(({ name, type, defaultValue }) => [name, type, defaultValue])).toEqual([
      ['a', 'int', 9],
      ['b', 'str', 'x'],
      ['c', 'float', 2.5],
      ['d', 'float', 2.5],
      ['e', 'unknown', undefined],
      ['f', 'unknown', undefined],
    ]);
  });

  it('reads past %%time, and nothing of a cell in another language', () => {
    expect(infer('%%time\nn = 1')).toHaveLength(1);
    expect(infer('%%bash\nn=1')).toEqual([]);
  });

  it('gives none without a tagged cell', () => {
    expect(inferParameters(readNotebook(notebookText([codeCell('n = 1')]), countingIds()))).toEqual([]);
  });

  it('reads back every value that JSON can hold', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (json) => {
        const value: ParameterValue = JSON.parse(JSON.stringify(json)) as ParameterValue;
        const source = `value = ${toPython(value)}  # help`;
        const [, read, , help] = only(source);
        expect(help).toBe('help');
        expect(read).toEqual(hasHugeInt(value) ? undefined : value);
      }),
    );
  });

  it('never throws, and declares only what its schema allows', () => {
    const words = fc.constantFrom(
      'a',
      '=',
      ':',
      '"',
      "'",
      '"""',
      '[',
      ']',
      '(',
      ')',
      '{',
      '}',
      ',',
      '\\',
      '\n',
      '#',
      '1',
      '.',
      '-',
      'int',
      'f"',
      "r'",
      'None',
      ' ',
      '%',
      ';',
      '\r',
      '\\N{',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(words).map((parts) => `x = ${parts.join('')}`),
        ),
        (source) => {
          for (const metadata of [{}, { kernelspec: { name: 'ir', language: 'R' } }]) {
            for (const declaration of infer(source, metadata))
              expect(parameterDeclarationSchema.parse(declaration)).toEqual(declaration);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['brackets', `x = ${'['.repeat(100_000)}`],
    ['signs', `x = ${'-'.repeat(100_000)}1`],
    ['digits', `x = ${'1'.repeat(100_000)}`],
    ['annotation', `x: ${'Optional['.repeat(20_000)} = 1`],
    ['lines', 'x = 1\n'.repeat(100_000)],
    ['open quote', `x = """${'a\\'.repeat(100_000)}`],
  ])('takes a hostile cell: %s', (_, source) => {
    expect(infer(source).map(({ name }) => name)).toEqual(['x']);
  });
});

describe('parameters of other languages', () => {
  it('reads simple R assignments', () => {
    const source = [
      'n <- 20L # how many',
      'f = 0.5',
      "s <- 'a#b' # text",
      'ok <- TRUE',
      'x <- NULL',
      'v <- c(1, 2)',
      'f <- function(x) x',
      'a == 1',
      'w <- "a\\n"',
    ].join('\n');
    expect(infer(source, { kernelspec: { name: 'ir', language: 'R' } })).toEqual([
      { name: 'n', type: 'int', defaultSource: '20L', defaultValue: 20, help: 'how many' },
      { name: 'f', type: 'unknown', defaultSource: 'function(x) x' },
      { name: 's', type: 'str', defaultSource: "'a#b'", defaultValue: 'a#b', help: 'text' },
      { name: 'ok', type: 'bool', defaultSource: 'TRUE', defaultValue: true },
      { name: 'x', type: 'none', defaultSource: 'NULL', defaultValue: null },
      { name: 'v', type: 'unknown', defaultSource: 'c(1, 2)' },
      { name: 'w', type: 'str', defaultSource: '"a\\n"' },
    ]);
  });

  it('leaves the rest alone', () => {
    expect(infer('n = 1', { kernelspec: { name: 'julia-1.10', language: 'julia' } })).toEqual([]);
    expect(infer('n = 1', { kernelspec: { name: 'julia-1.10' } })).toEqual([]);
    expect(infer('n = 1', { kernelspec: { name: 'my-env' } })).toHaveLength(1);
  });
});
