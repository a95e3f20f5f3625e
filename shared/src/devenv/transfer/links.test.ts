import fc from 'fast-check';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linkLeadsOut } from './links.ts';

describe('a link', () => {
  it.each([
    ['a', 'b'],
    ['a/b', '../c'],
    ['a/b/c', '../../d/e'],
    ['a', './b/./c'],
  ])('%s -> %s stays in its tree', (path, target) => {
    expect(linkLeadsOut(path, target)).toBe(false);
  });

  it.each([
    ['a', '../b'],
    ['a/b', '../../c'],
    ['a', '/etc/passwd'],
    ['a', ''],
    ['a', 'b/../../c'],
    ['a', 'b/../c'],
    ['a', 'C:\\Windows'],
    ['a', 'c:x'],
    ['a', '..\\x'],
    ['a', 'b\0c'],
  ])('%s -> %j may lead out', (path, target) => {
    expect(linkLeadsOut(path, target)).toBe(true);
  });

  it('that stays leads to something below the tree, read as it stands', () => {
    const part = fc.constantFrom('..', '.', 'a', 'b', '');
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 4 }),
        fc.array(part, { maxLength: 6 }),
        (at, to) => {
          const [path, target] = [at.join('/'), to.join('/')];
          if (linkLeadsOut(path, target)) return;
          expect(posix.join('/tree', posix.dirname(path), target)).toMatch(/^\/tree(\/|$)/);
        },
      ),
    );
  });
});
