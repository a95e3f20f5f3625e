import { SlipwayError } from '../../protocol/index.ts';

/** Names that need no quotes in any shell. */
const plainWord = /^[A-Za-z0-9_/.:@+-]+$/;

/**
 * A value of one word in an ssh config, such as a file's path: in quotes, with ssh's `%` doubled.
 * @throws SlipwayError `ssh.config` for what ssh cannot be told: line ends, and `${`, which it would replace
 */
export function configWord(text: string): string {
  return configPath(text).replaceAll('%', '%%');
}

/** The same where ssh expands no `%`: after `Include`, which takes patterns. */
export function includeWord(path: string): string {
  return configPath(path.replaceAll(/[*?[\]\\]/g, '\\$&'));
}

function configPath(text: string): string {
  if (/[\p{Cc}]|\$\{/u.test(text)) {
    throw new SlipwayError(
      'ssh.config',
      `ssh can use no file whose path holds control characters or a dollar sign before a brace: ${shown(text)}`,
      {
        action: 'Let Slipway keep its data elsewhere: set XDG_DATA_HOME to another folder.',
      },
    );
  }
  // ssh takes a backslash for itself only before a quote and before another one.
  return `"${text.replaceAll(/\\(?=[\\"']|$)|"/g, '\\$&')}"`;
}

/** One word for `/bin/sh`, whatever is in it. */
export function shellWord(text: string): string {
  return plainWord.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * One word of a command line of Windows, for programs that read it as Microsoft's C library does. For `cmd` it is safe only if it
 * holds none of its signs, which are refused.
 * @throws SlipwayError `ssh.config`
 */
export function windowsWord(text: string): string {
  if (/[\p{Cc}"%!^&|<>]/u.test(text)) {
    throw new SlipwayError('ssh.config', `Windows can start no program with this in its path: ${shown(text)}`, {
      action: 'Let Slipway keep its data elsewhere: set XDG_DATA_HOME to another folder.',
    });
  }
  if (text !== '' && !/[\s();,=']/.test(text)) return text;
  return `"${text.replace(/\\+$/, '$&$&')}"`;
}

/**
 * The value of `ProxyCommand` that starts `program` with `words`: quoted for the shell that ssh starts, with ssh's `%` doubled.
 * @param program absolute path; on Windows best without blanks
 */
export function proxyCommand(platform: NodeJS.Platform, program: string, words: readonly string[]): string {
  const word = platform === 'win32' ? windowsWord : shellWord;
  const line = [program, ...words].map(word).join(' ');
  if (/[\r\n\0]/.test(line)) {
    throw new SlipwayError('ssh.config', `ssh can start no program with a line end in its path: ${shown(program)}`, {
      action: 'Let Slipway keep its data elsewhere: set XDG_DATA_HOME to another folder.',
    });
  }
  return line.replaceAll('%', '%%');
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 300));
}
