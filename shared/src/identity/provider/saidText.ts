const longest = 200;

/** Somebody else's words as part of a sentence of ours: one line, no control characters, no end of its own, not too long. */
export function saidText(text: unknown): string {
  if (typeof text !== 'string') return '';
  const line = text
    .slice(0, 4 * longest)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  const cut = line.length > longest ? `${line.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, '')}…` : line;
  return cut.replace(/[.\s]+$/, '');
}
