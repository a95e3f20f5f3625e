import { allWordsOf, type AllWords } from '@slipway/shared/views';
import type { HostWords } from '../words/index.ts';
import { english, type DevEnvWords } from './englishRoom.ts';
import { simplifiedChinese } from './simplifiedChineseRoom.ts';

/** All words that are shown of DevEnvs, in one language. */
export interface RoomWords {
  readonly host: HostWords;
  readonly shared: AllWords;
  readonly own: DevEnvWords;
}

export function roomWords(host: HostWords): RoomWords {
  const shared = allWordsOf(host.locale);
  return { host, shared, own: shared === allWordsOf('zh-cn') ? simplifiedChinese : english };
}
