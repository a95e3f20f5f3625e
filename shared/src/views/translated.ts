import type { Diagnosis } from '../protocol/index.ts';
import type { Words } from './words/index.ts';

/** Cause and fixes in the language of the words where the core tells them in it, else in English. */
export function diagnosisIn(diagnosis: Diagnosis, { language }: Words): Pick<Diagnosis, 'cause' | 'fixes'> {
  const { cause, fixes, translations = {} } = diagnosis;
  return Object.hasOwn(translations, language) ? (translations[language] ?? { cause, fixes }) : { cause, fixes };
}
