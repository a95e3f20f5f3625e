import type { Diagnosis } from '../protocol/index.ts';
import type { Words } from './words/index.ts';

/** Cause and fixes in the language of the words where the core tells them in it, else in English. */
export function diagnosisIn(diagnosis: Diagnosis, { language }: Words): Pick<Diagnosis, 'cause' | 'fixes'> {
  const { cause, fixes, translations = {} } = diagnosis;
  return Object.hasOwn(translations, language) ? (translations[language] ?? { cause, fixes }) : { cause, fixes };
}

/** What the core says of a run or a step; as it is where there are no words for it. */
export function reasonIn(reason: string, { reasons, raisedIn }: Words): string {
  const [, error, cell] = /^(.+) in cell (\d+)$/.exec(reason) ?? [];
  if (error !== undefined && cell !== undefined) return raisedIn(error, Number(cell));
  return Object.hasOwn(reasons, reason) ? (reasons[reason] ?? reason) : reason;
}
