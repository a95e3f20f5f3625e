/** Changes of direction and what is invisible in names: they make one name look like another. */
const deceiving = /[^\P{Cc}\t]|\p{Bidi_Control}|\p{Cs}|[\u2028\u2029]/gu;

/** A name or sentence as it may stand in a line: control characters and changes of direction become visible. */
export function shownText(text: string): string {
  return text.replace(deceiving, '\uFFFD');
}

/** Several lines of a reason as one, where there is room for one. */
export function shownLine(text: string): string {
  return shownText(text.trim().replaceAll(/\s*\n\s*/g, ' · '));
}

/** How many characters of a long name's end stay visible. */
const keptEnd = 10;

/** A name of at most so many characters, its end with the extension whole; for places that would cut off what stands behind it. */
export function shortName(name: string, most: number): string {
  const characters = Array.from(name);
  if (characters.length <= most) return name;
  return `${characters.slice(0, most - keptEnd - 1).join('')}…${characters.slice(-keptEnd).join('')}`;
}

/** Cuts a name in two: a beginning that may be shortened where there is no room, and an end (its extension) that stays. */
export function nameParts(name: string): readonly [beginning: string, end: string] {
  const characters = Array.from(name);
  if (characters.length <= keptEnd * 2) return [name, ''];
  return [characters.slice(0, -keptEnd).join(''), characters.slice(-keptEnd).join('')];
}
