import stringWidth from 'string-width';

/** Characters of one column each, whatever is beside them: of ASCII and Latin-1, dashes and quotes, arrows, lines, marks for yes and no. */
const plain = /^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u00ff\u2010-\u2027\u2190-\u2193\u2500-\u257f\u2713\u2717]*$/u;

/** Made when first asked for, since it reads Unicode's tables. */
let segmenter: Intl.Segmenter | undefined;

/** How many columns a terminal needs for the text; wide characters take two. */
export function displayWidth(text: string): number {
  return plain.test(text) ? text.length : stringWidth(text);
}

/** The text cut to `width` columns, with `…` where something was left out. Characters are never split. */
export function truncate(text: string, width: number): string {
  if (width <= 0) return '';
  if (plain.test(text)) return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
  if (displayWidth(text) <= width) return text;
  let kept = '';
  let used = 0;
  segmenter ??= new Intl.Segmenter();
  for (const { segment } of segmenter.segment(text)) {
    const columns = displayWidth(segment);
    if (used + columns > width - 1) break;
    kept += segment;
    used += columns;
  }
  return `${kept}…`;
}

/** The text filled up with spaces to `width` columns. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

/** Breaks text at spaces into lines of at most `width` columns; a longer word stays whole. Infinite width: one line. */
export function wrap(text: string, width: number): string[] {
  if (displayWidth(text) <= width) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && displayWidth(line) + 1 + displayWidth(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
