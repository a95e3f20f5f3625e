import { execFileSync, spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configWord, proxyCommand, shellWord, windowsWord } from './quoting.ts';

const words = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).map((text) => text.replaceAll(/[\0\r\n]/g, '_')),
  fc.constantFrom(
    "it's",
    '"',
    '\\',
    '$HOME',
    '`id`',
    '%h',
    '%%',
    'Ada Lovelace',
    'Schlüssel',
    '-x',
    '*',
    '!!',
    '~',
    ';',
    '&&',
  ),
);

it('a quoted path is one word of a shell, also within another one', () => {
  const nasty = fc.constantFrom("'", '"', '\\', '$(id)', '`id`', '\n', '*', ' ', '; id', '!', '~', 'ä', '-n');
  const text = fc.array(fc.oneof(nasty, fc.string({ unit: 'grapheme' })), { minLength: 1 });
  fc.assert(
    fc.property(text, (words) => {
      const path = words.join('').replaceAll('\0', '');
      const { stdout } = spawnSync('sh', ['-c', `sh -c ${shellWord(`printf %s. ${shellWord(path)}`)}`]);
      expect(stdout.toString('utf8')).toBe(`${Buffer.from(path).toString('utf8')}.`);
    }),
    { numRuns: 60 },
  );
});

describe('the ProxyCommand', () => {
  it('gives the shell that ssh starts exactly the words that were meant, whatever is in them', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(words, words), { minLength: 20, maxLength: 20 }), (pairs) => {
        // As ssh does: `%%` is a percent sign, then `exec` by the shell.
        const lines = pairs.map(([one, other]) => {
          const line = proxyCommand('linux', '/usr/bin/printf', ['%s\\0', one, other]);
          return `${line.replaceAll('%%', '%')}; echo`;
        });
        const said = execFileSync('/bin/sh', ['-c', lines.join('\n')], { encoding: 'utf8' });
        expect(said.split('\n').slice(0, -1)).toEqual(pairs.map(([one, other]) => `${one}\0${other}\0`));
      }),
      { numRuns: 30 },
    );
  });

  it('is plain where no quotes are needed', () => {
    expect(proxyCommand('linux', '/home/ada/.local/share/slipway/bin/slipway', ['ssh-proxy', 'devenv-ada'])).toBe(
      '/home/ada/.local/share/slipway/bin/slipway ssh-proxy devenv-ada',
    );
    expect(proxyCommand('linux', "/home/o'neil 100%/slipway", [])).toBe("'/home/o'\\''neil 100%%/slipway'");
  });

  it('is quoted for Windows', () => {
    expect(proxyCommand('win32', 'C:\\Users\\Ada Lovelace\\slipway.cmd', ['a', 'b c'])).toBe(
      '"C:\\Users\\Ada Lovelace\\slipway.cmd" a "b c"',
    );
    expect(proxyCommand('win32', 'C:\\Users\\Jürgen\\slipway.cmd', [])).toBe('C:\\Users\\Jürgen\\slipway.cmd');
    expect(windowsWord('C:\\a b\\')).toBe('"C:\\a b\\\\"');
    for (const bad of ['a"b', '%PATH%', 'a&b', 'a|b', 'a^b', 'a\nb']) {
      expect(() => windowsWord(bad)).toThrow('Windows can start no program');
    }
  });

  it('holds no line end', () => {
    expect(() => proxyCommand('linux', '/a\nb', [])).toThrow('line end');
  });
});

describe('a path in an ssh config', () => {
  it('is in quotes, with ssh’s percent sign doubled', () => {
    expect(configWord('/home/ada lovelace/100%')).toBe('"/home/ada lovelace/100%%"');
    expect(configWord('/a"b')).toBe('"/a\\"b"');
    expect(() => configWord('/a${HOME}')).toThrow('dollar sign');
    expect(() => configWord('/a\nHost *')).toThrow('control characters');
  });

  it('leaves the shell nothing to read', () => {
    expect(shellWord('')).toBe("''");
    expect(shellWord("a'b")).toBe("'a'\\''b'");
  });
});
