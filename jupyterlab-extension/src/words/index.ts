import { SlipwayError } from '@slipway/shared/protocol';
import { sentenceIn, wordsOf, type Words } from '@slipway/shared/views';
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

/** What went wrong, for people: the core's words as they are, the host's own in the language of the words. */
export function troubleIn(error: unknown, { shared, lab }: HostWords): { message: string; action: string | undefined } {
  const say = (text: string): string => sentenceIn(text, lab.errors, shared.ofClient);
  const action = SlipwayError.is(error) ? error.action : undefined;
  return {
    message: say(error instanceof Error ? error.message : String(error)),
    action: action === undefined ? undefined : say(action),
  };
}
