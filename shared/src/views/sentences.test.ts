import { expect, it } from 'vitest';
import { sentenceIn } from './sentences.ts';

it('says a sentence of a host as its table does, with the value as it was', () => {
  const tables = [{ 'Nobody is there.': '没有人。' }, { 'No viewer for {}.': '没有 {} 的查看器。' }];
  const say = (text: string): string => sentenceIn(text, ...tables);
  expect(say('Nobody is there.')).toBe('没有人。');
  expect(say('No viewer for $& {}.x.')).toBe('没有 $& {}.x 的查看器。');
  for (const text of ['No viewer for .', 'constructor', '', 'Nobody is there']) expect(say(text)).toBe(text);
});
