/** Text for people: control and direction characters removed, spaces collapsed, at most `maxLength` characters. */
export function oneLine(text: string, maxLength: number): string {
  const clean = text
    .slice(0, maxLength * 8)
    .replace(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\p{Cs}]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  const characters = Array.from(clean);
  return characters.length <= maxLength ? clean : `${characters.slice(0, maxLength - 1).join('')}…`;
}

const maxComparedLength = 64;

/** Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, (beforeLast[column - 2] ?? Number.POSITIVE_INFINITY) + 1);
      }
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}

/** True when the letters of `short` occur in `long` in order and both begin alike: `params`, `parameters`. */
function abbreviates(short: string, long: string): boolean {
  if (short.length < 3 || short.length >= long.length || !long.startsWith(short.slice(0, 3))) return false;
  let at = 0;
  for (const letter of long) if (letter === short[at]) at += 1;
  return at === short.length;
}

/** Of `known`, those that `name` may have been meant for, nearest first, at most three. */
export function nearNames(name: string, known: readonly string[]): string[] {
  const plain = (text: string): string => text.slice(0, maxComparedLength).toLowerCase().replace(/[-_ ]/g, '');
  const wanted = plain(name);
  return known
    .map((candidate) => {
      const other = plain(candidate);
      const score = abbreviates(wanted, other) ? 1 : distance(wanted, other);
      return { candidate, score, limit: Math.max(1, Math.floor(Math.max(wanted.length, other.length) / 3)) };
    })
    .filter(({ score, limit }) => score <= limit)
    .sort((a, b) => a.score - b.score)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}
