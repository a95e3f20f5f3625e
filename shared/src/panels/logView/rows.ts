import { html, nothing, type TemplateResult } from 'lit';
import { formatBytes } from '../../protocol/index.ts';
import { createClockFormat, shownText, type Words } from '../../views/index.ts';
import { parseAnsi, type Span } from './ansi.ts';
import type { LogLine } from './logLines.ts';

const clock = createClockFormat(undefined);

export interface RowOptions {
  readonly words: Words;
  /** Numbers of lines are known. */
  readonly numbered: boolean;
  readonly numbers: Intl.NumberFormat;
  /** Lower-case text to mark; empty for none. */
  readonly find: string;
  /** The line of the current match. */
  readonly current: number | undefined;
}

/** One line: number, time and step in the gutter, which is not copied, and the text. */
export function row(number: number, line: LogLine | undefined, options: RowOptions): TemplateResult {
  const { words, numbered, numbers } = options;
  const isCurrent = number === options.current;
  if (line === undefined) {
    return html`<div class="row wait">
      <span class="n">${numbered ? numbers.format(number + 1) : ''}</span><span class="x">…</span>
    </div>`;
  }
  const time = exactTime(line.time);
  const step = shownText(line.step);
  return html`<div class="row ${isCurrent ? 'cur' : ''}">
    <span class="n" title="${time} ${step}">${numbered ? numbers.format(number + 1) : ''}</span
    ><span class="t0">${time}</span><span class="s" title=${step}>${step}</span
    ><span class="x"
      >${marked(parseAnsi(line.text), options.find).map(drawn)}${
        line.cut === 0 ? nothing : html`<span class="more">${words.panels.log.cut(formatBytes(line.cut))}</span>`
      }</span
    >
  </div>`;
}

function drawn({ text, style, isMatch }: MarkedSpan): TemplateResult | string {
  if (isMatch) return html`<mark class=${style}>${text}</mark>`;
  return style === '' ? text : html`<span class=${style}>${text}</span>`;
}

/** `14:03:32.004` */
export function exactTime(time: number): string {
  return `${clock(time)}.${String(Math.floor(time) % 1000).padStart(3, '0')}`;
}

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
