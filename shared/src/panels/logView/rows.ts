import { html, nothing, type TemplateResult } from 'lit';
import { formatBytes } from '../../protocol/index.ts';
import { createClockFormat, shownText, type Words } from '../../views/index.ts';
import { parseAnsi } from './ansi.ts';
import type { LogLine } from './logLines.ts';
import { marked, type MarkedSpan } from './marks.ts';

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
