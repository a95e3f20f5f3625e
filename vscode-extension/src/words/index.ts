import { wordsOf, type Words } from '@slipway/shared/views';
import { english, type HostWords } from './english.ts';
import { simplifiedChinese } from './simplifiedChinese.ts';

export type { HostWords } from './english.ts';

/** The words of a window: those of the shared views, and VS Code's own. */
export interface WindowWords {
  readonly locale: string;
  readonly shared: Words;
  readonly host: HostWords;
}

export function windowWords(locale: string): WindowWords {
  const shared = wordsOf(locale);
  return { locale, shared, host: shared === wordsOf('zh-cn') ? simplifiedChinese : english };
}
