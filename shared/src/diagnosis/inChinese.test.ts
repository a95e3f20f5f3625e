import { describe, expect, it } from 'vitest';
import { chineseCauses } from './catalogue/chineseCauses.ts';
import { chineseFixes } from './catalogue/chineseFixes.ts';
import { catalogue } from './catalogue/order.ts';
import { unknownCauses, unknownFixes } from './diagnose.ts';
import { inChinese } from './inChinese.ts';

const causes = new Set([...catalogue.flatMap((entry) => entry.causes), ...unknownCauses]);
const fixes = new Set([...catalogue.flatMap((entry) => entry.fixes), ...unknownFixes]);
/** The same for everybody. */
const isCommand = (sentence: string): boolean => sentence.startsWith('slipway ');

function valuesOf(template: string): string[] {
  return [...template.matchAll(/\{\w+\}/g)].map(([value]) => value).sort();
}

describe.each([
  ['causes', [...causes], chineseCauses],
  ['fixes', [...fixes].filter((fix) => !isCommand(fix)), chineseFixes],
] as const)('the Chinese %s', (_name, english, chinese) => {
  it('are there for every sentence of the catalogue, and for no other', () => {
    expect(Object.keys(chinese).sort()).toEqual([...english].sort());
  });

  it('are Chinese, with the values and commands of the English ones', () => {
    const commands = (text: string): string[] => text.match(/slipway \w+ \{run\}(?: --\w+(?: \S+)?)?/g) ?? [];
    for (const [sentence, translation] of Object.entries(chinese)) {
      expect(translation).toMatch(/\p{Script=Han}/u);
      expect(translation).not.toMatch(/[!！。]$/);
      expect(valuesOf(translation), sentence).toEqual(valuesOf(sentence));
      expect(commands(translation), sentence).toEqual(commands(sentence));
    }
  });
});

it('names places in Chinese, apart from what stands behind them', () => {
  const of = (place: string): string | undefined => inChinese('KeyError {key} in {place}', { key: "'pca'", place });
  expect(of('cell 3')).toBe("单元格 3 出现 KeyError 'pca'");
  expect(of('the notebook')).toBe("笔记本出现 KeyError 'pca'");
  expect(of('step report')).toBe("report 步骤出现 KeyError 'pca'");
  expect(inChinese('Edit {cell}, then: slipway retry {run} --from notebook', { cell: 'cell 3', run: 'a-1' })).toBe(
    '修改单元格 3，然后：slipway retry a-1 --from notebook',
  );
  const tests = inChinese('Tests failed ({summary}): {tests}', { summary: '5 failed', tests: 'a::b and 4 more' });
  expect(tests).toBe('测试失败（5 failed）：a::b，另有 4 个');
});

it('leaves out what cannot be filled, and commands as they are', () => {
  expect(inChinese('KeyError {key} in {place}', { place: 'cell 3' })).toBeUndefined();
  expect(inChinese('slipway retry {run}', { run: 'a-1' })).toBe('slipway retry a-1');
});
