import { describe, expect, it } from 'vitest';
import { foldedNames, namesProblem, plainNames, windowsNames } from './names.ts';

describe('names from the other end', () => {
  it.each(['a', '-rf', 'two\nlines', 'größe 大', 'a/b/c', '.hidden', 'a:b', 'CON', '~', '$HOME', 'a\\b'])(
    '%j is fine on Linux',
    (path) => {
      expect(namesProblem(path, plainNames)).toBeUndefined();
    },
  );

  it.each(['', '/etc/passwd', '..', '../a', 'a/../b', 'a//b', 'a/', './a', 'a\0b'])(
    '%j could lead elsewhere',
    (path) => {
      for (const rules of [plainNames, foldedNames, windowsNames]) {
        expect(namesProblem(path, rules)).toBe('its name could lead elsewhere');
      }
    },
  );

  it.each(['a:b', 'a\\..\\b', 'CON', 'nul.txt', 'COM1', 'a.', 'a ', 'x\u0001', 'a*', 'CONIN$'])(
    '%j cannot be on Windows',
    (path) => {
      expect(namesProblem(path, windowsNames)).toBe('Windows cannot have such a name');
    },
  );

  it('are refused where no file system has them', () => {
    expect(namesProblem('\ud800', plainNames)).toBe('its name is not UTF-8');
    expect(namesProblem('ä'.repeat(128), plainNames)).toBe('its name is too long');
    expect(namesProblem(Array.from({ length: 100 }, () => 'a'.repeat(50)).join('/'), plainNames)).toBe(
      'its path is too long',
    );
  });

  it('are told apart as the file system does', () => {
    expect(plainNames.key('A')).not.toBe(plainNames.key('a'));
    expect(foldedNames.key('Ä')).toBe(foldedNames.key('a\u0308'));
    expect(windowsNames.key('A')).toBe(windowsNames.key('a'));
  });
});
