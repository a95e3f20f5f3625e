import { wordsOf, type Words } from '@slipway/shared/views';
import { english, type LabWords } from './english.ts';
import { simplifiedChinese } from './simplifiedChinese.ts';

/** All words of this host in one language. */
export interface HostWords {
  /** As panels and the core take it: `en`, `zh-cn`. */
  readonly locale: string;
  readonly shared: Words;
  readonly lab: LabWords;
}

/** @param languageCode as `ITranslator` names it: `en`, `zh_CN` */
export function hostWords(languageCode: string | undefined): HostWords {
  const locale = (languageCode ?? 'en').replace('_', '-').toLowerCase();
  const shared = wordsOf(locale);
  return { locale, shared, lab: shared === wordsOf('zh-cn') ? simplifiedChinese : english };
}
