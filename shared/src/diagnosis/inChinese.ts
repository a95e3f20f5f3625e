import { chineseCauses } from './catalogue/chineseCauses.ts';
import { chineseFixes } from './catalogue/chineseFixes.ts';
import { fill, type Values } from './template.ts';

/** Values that are words of ours; all others are names, numbers and what programs said. */
const words: readonly (readonly [RegExp, string])[] = [
  [/^cell (\d+)$/, '单元格 $1'],
  [/^the cell with the injected parameters$/, '参数单元格'],
  [/^a cell$/, '某个单元格'],
  [/^the notebook$/, '笔记本'],
  [/^the command$/, '命令'],
  [/^step (\S+)$/, '$1 步骤'],
  [/ and (\d+) more$/, '，另有 $1 个'],
];

/** The values of such sentences that may be words of ours. */
const worded: ReadonlySet<string> = new Set(['place', 'cell', 'where', 'files', 'tests']);

/** A sentence of the catalogue in Simplified Chinese; a command alone as it is. Undefined where a value is missing. */
export function inChinese(template: string, values: Values): string | undefined {
  const chinese = chineseCauses[template] ?? chineseFixes[template];
  if (chinese === undefined) return fill(template, values);
  // Digits stand apart from the Chinese characters behind them.
  const apart = chinese.replaceAll(/\{(place|cell)\}(?=\p{Script=Han})/gu, '{$1}\u2063');
  const ours = Object.entries(values).map(([name, value]) => [name, wordOf(name, value)]);
  return fill(apart, Object.fromEntries(ours) as Values)
    ?.replaceAll(/(?<=\d)\u2063/g, ' ')
    .replaceAll('\u2063', '');
}

function wordOf(name: string, value: string): string {
  if (!worded.has(name)) return value;
  for (const [pattern, word] of words) if (pattern.test(value)) return value.replace(pattern, word);
  return value;
}
