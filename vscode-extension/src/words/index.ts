import { SlipwayError } from '@slipway/shared/protocol';
import { allWordsOf, type AllWords, sentenceIn } from '@slipway/shared/views';
import { english, type HostWords } from './english.ts';
import { simplifiedChinese } from './simplifiedChinese.ts';

export type { HostWords } from './english.ts';

/** The words of a window: those of the shared views, and VS Code's own. */
export interface WindowWords {
  readonly locale: string;
  readonly shared: AllWords;
  readonly host: HostWords;
}

export function windowWords(locale: string): WindowWords {
  const shared = allWordsOf(locale);
  return { locale, shared, host: shared === allWordsOf('zh-cn') ? simplifiedChinese : english };
}

/** What went wrong, for people: the core's words as they are, the host's own in the language of the words. */
export function troubleIn(
  error: unknown,
  { shared, host }: WindowWords,
): { message: string; action: string | undefined } {
  const say = (text: string): string => sentenceIn(text, host.errors, shared.ofClient);
  const action = SlipwayError.is(error) ? error.action : undefined;
  return {
    message: say(error instanceof Error ? error.message : String(error)),
    action: action === undefined ? undefined : say(action),
  };
}
