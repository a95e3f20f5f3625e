import { describe, expect, it } from 'vitest';
import { allEnglish as english, allSimplifiedChinese as simplifiedChinese, allWordsOf } from './allWords.ts';

/** Every word of a table by its path; functions are called with arguments of every kind that they take. */
function flat(table: object, path = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(table) as [string, unknown][]) {
    const at = path === '' ? name : `${path}.${name}`;
    if (typeof value === 'string') found.set(at, value);
    else if (typeof value === 'function') found.set(at, String(Reflect.apply(value, undefined, argumentsOf(at))));
    else if (typeof value === 'object' && value !== null) for (const entry of flat(value, at)) found.set(...entry);
  }
  return found;
}

function argumentsOf(path: string): unknown[] {
  if (path.endsWith('actionNotes.retry') || path.endsWith('steps.spoken')) return [['prepare', 'notebook']];
  return [3, 7, 'team-a', true];
}

describe('the words', () => {
  const chinese = flat(simplifiedChinese);

  it('are there in both languages, none of them empty', () => {
    expect([...chinese.keys()].sort()).toEqual([...flat(english).keys()].sort());
    for (const words of [flat(english), chinese]) for (const text of words.values()) expect(text.trim()).not.toBe('');
  });

  it('are Chinese in the Chinese table, apart from names and what only joins others', () => {
    const names = /^(product|language|.*\.(python|gpu|markerNote))$/;
    const left = [...chinese].filter(([path, text]) => !/\p{Script=Han}/u.test(text) && !names.test(path));
    const joined = [
      'devEnv.labelled',
      'panels.log.matches',
      'panels.steps.heldFor',
      'panels.steps.spoken',
      'panels.timeAndAgo',
    ];
    expect(left.map(([path]) => path).sort()).toEqual(joined);
  });

  it('are sentence case without exclamation marks', () => {
    for (const text of flat(english).values()) expect(text).not.toMatch(/!|[A-Z][a-z]+ [A-Z][a-z]+ [A-Z][a-z]+/);
    for (const text of chinese.values()) expect(text).not.toMatch(/[!！]/);
  });

  it('follow the locale as hosts name it', () => {
    for (const locale of ['zh-cn', 'zh_CN', 'zh-Hans-CN', 'zh']) expect(allWordsOf(locale)).toBe(simplifiedChinese);
    for (const locale of ['en', 'de', 'zh-tw', undefined]) expect(allWordsOf(locale)).toBe(english);
  });
});
