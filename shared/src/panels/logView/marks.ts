import type { Span } from './ansi.ts';

export interface MarkedSpan extends Span {
  readonly isMatch: boolean;
}

/** Cuts spans where a text (in lower case) occurs in the whole line. */
export function marked(spans: readonly Span[], find: string): MarkedSpan[] {
  const text = spans.map((span) => span.text).join('');
  const lower = text.toLowerCase();
  // A few letters change their length with their case; then places in one text are none in the other.
  if (find === '' || lower.length !== text.length) return spans.map((span) => ({ ...span, isMatch: false }));
  const cuts: MarkedSpan[] = [];
  let offset = 0;
  let match = lower.indexOf(find);
  for (const { text: whole, style } of spans) {
    let at = 0;
    while (at < whole.length) {
      while (match >= 0 && match + find.length <= offset + at) match = lower.indexOf(find, match + find.length);
      const inside = match >= 0 && match <= offset + at;
      const limit = match < 0 ? Infinity : inside ? match + find.length : match;
      const end = Math.min(whole.length, limit - offset);
      cuts.push({ text: whole.slice(at, end), style, isMatch: inside });
      at = end;
    }
    offset += whole.length;
  }
  return cuts;
}
