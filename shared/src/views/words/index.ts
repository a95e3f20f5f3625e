import { english, type Words } from './english.ts';
import { simplifiedChinese } from './simplifiedChinese.ts';

export type { Words } from './english.ts';

/** The words for a locale as hosts name it (`en`, `zh-cn`, `zh_CN`, `zh-Hans`); English where there are none. */
export function wordsOf(locale: string | undefined): Words {
  return /^zh([-_](cn|sg|hans.*))?$/i.test(locale ?? '') ? simplifiedChinese : english;
}
