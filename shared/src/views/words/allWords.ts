import { english, type Words } from './english.ts';
import { englishDevEnv } from './englishDevEnv.ts';
import { wordsOf } from './index.ts';
import { simplifiedChinese } from './simplifiedChinese.ts';
import { simplifiedChineseDevEnv } from './simplifiedChineseDevEnv.ts';

/** With those of DevEnvs, which a page that shows none does without. */
export interface AllWords extends Words {
  readonly devEnv: typeof englishDevEnv;
}

export const allEnglish: AllWords = { ...english, devEnv: englishDevEnv };
export const allSimplifiedChinese: AllWords = { ...simplifiedChinese, devEnv: simplifiedChineseDevEnv };

/** As `wordsOf` finds them. */
export function allWordsOf(locale: string | undefined): AllWords {
  return wordsOf(locale) === simplifiedChinese ? allSimplifiedChinese : allEnglish;
}
