import fc from 'fast-check';
import { posix, win32 } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SlipwayError } from '../protocol/index.ts';
import { checkRelativePath, folderOf, isSafeName, isWithin, joinPath, nameOf, quoted } from './paths.ts';

describe('paths in a job', () => {
  it.each([
    ['a/b.ipynb', 'a/b.ipynb'],
    ['./a//b/', 'a/b'],
    ['.', ''],
    ['-n', '-n'],
    ['a b/"c"/\n/$(x)/中文', 'a b/"c"/\n/$(x)/中文'],
    ['..a/b..', '..a/b..'],
    ['a~/b', 'a~/b'],
    ['~a', '~a'],
  ])('takes %j', (path, expected) => {
    expect(checkRelativePath(path, 'notebook')).toBe(expected);
  });

  it.each([
    ['', 'empty'],
    ['..', '".."'],
    ['../a', '".."'],
    ['a/../../b', '".."'],
    ['a/..', '".."'],
    ['a\\..\\b', '".."'],
    ['/etc/passwd', 'absolute'],
    ['\\\\server\\share', 'absolute'],
    ['C:\\a', 'drive'],
    ['c:/a', 'drive'],
    ['a\0b', 'null'],
    ['https://example.org/a.ipynb', 'URL'],
    ['s3://bucket/a', 'URL'],
    ['~/a', 'home'],
    ['~bob/a', 'home'],
    ['x'.repeat(5000), 'longer'],
  ])('refuses %j', (path, reason) => {
    expect(() => checkRelativePath(path, 'notebook')).toThrow(expect.objectContaining({ code: 'path.refused' }));
    expect(() => checkRelativePath(path, 'notebook')).toThrow(reason);
  });

  it('never lets a path out, on any system', () => {
    const segment = fc.constantFrom('..', '.', '', 'a', 'b c', '\\', '..\\', 'C:', '~', '\0', '...', '/');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(segment).map((parts) => parts.join('/')),
          fc.array(segment).map((parts) => parts.join('')),
          fc.string(),
        ),
        (path) => {
          let checked: string;
          try {
            checked = checkRelativePath(path, 'x');
          } catch (error) {
            expect(SlipwayError.is(error, 'path.refused')).toBe(true);
            return;
          }
          expect(isWithin(posix.resolve('/job', checked), '/job')).toBe(true);
          expect(`${win32.resolve('C:\\job', checked)}\\`.startsWith('C:\\job\\')).toBe(true);
          expect(checkRelativePath(checked === '' ? '.' : checked, 'x')).toBe(checked);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it.each(['a', '-a', 'a b', '中文', 'a\nb', '..a', 'a\\b', '.env', '~a'])('%j is a safe name', (name) => {
    expect(isSafeName(name)).toBe(true);
  });

  it.each(['', '.', '..', 'a/b', '/a', '..\\a', 'C:\\a', 'a\0', '~', 'C:', '\\a'])('%j is not a safe name', (name) => {
    expect(isSafeName(name)).toBe(false);
  });

  it('splits and joins', () => {
    expect([folderOf('a/b/c'), folderOf('c'), nameOf('a/b/c'), nameOf('c')]).toEqual(['a/b', '', 'c', 'c']);
    expect([joinPath('', 'a'), joinPath('a', 'b')]).toEqual(['a', 'a/b']);
    expect([isWithin('a/b', 'a'), isWithin('ab', 'a'), isWithin('a', 'a'), isWithin('a', '')]).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });

  it('quotes for messages on one line', () => {
    expect(quoted('a\n"b"')).toBe('"a\\n\\"b\\""');
    expect(quoted('x'.repeat(100))).toBe(`"${'x'.repeat(79)}…"`);
  });
});
