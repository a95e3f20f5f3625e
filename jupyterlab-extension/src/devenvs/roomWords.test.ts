import { expect, it } from 'vitest';
import { english as hostEnglish } from '../words/english.ts';
import { simplifiedChinese as hostChinese } from '../words/simplifiedChinese.ts';
import { english } from './englishRoom.ts';
import { simplifiedChinese } from './simplifiedChineseRoom.ts';

/** Every word of a table by its path, the errors of a host left out. */
function flat(table: object, path = ''): [string, string][] {
  return Object.entries(table).flatMap(([name, value]: [string, unknown]): [string, string][] => {
    const at = path === '' ? name : `${path}.${name}`;
    if (at === 'errors') return [];
    if (typeof value === 'string') return [[at, value]];
    if (typeof value === 'function') return [[at, String(Reflect.apply(value, undefined, [3, 7]))]];
    return typeof value === 'object' && value !== null ? flat(value, at) : [];
  });
}

it.each([
  ['of DevEnvs', english, simplifiedChinese],
  ['of JupyterLab', hostEnglish, hostChinese],
])('the words %s are there in both languages, and Chinese in Chinese', (_, own, chinese) => {
  expect(flat(chinese).map(([path]) => path)).toEqual(flat(own).map(([path]) => path));
  const left = flat(chinese).filter(([, text]) => !/\p{Script=Han}/u.test(text));
  expect(left.map(([path]) => path).filter((path) => path !== 'submittedWith' && path !== 'problem')).toEqual([]);
  for (const [, text] of [...flat(own), ...flat(chinese)]) expect(text).not.toMatch(/[!！]/);
});
