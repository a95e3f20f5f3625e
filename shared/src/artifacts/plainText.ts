import { stripVTControlCharacters } from 'node:util';

/** Text without terminal escape sequences and other control characters; tabs and line ends stay. */
export function plainText(text: string): string {
  // What is left of a sequence that was cut off, and of controls that `strip…` does not know, is no text either.
  return stripVTControlCharacters(text)
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\t\n]/gu, '');
}

/** Text in which every half of a surrogate pair that stands alone has been replaced, so that it can be written as UTF-8. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, '\uFFFD');
}
