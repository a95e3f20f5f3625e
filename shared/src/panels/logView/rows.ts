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

/**
 * Characters of the gutter's columns. It is text in the log's own fixed-width font, for boxes of their own would cost more
 * than all the rest of a row. Number and step together, and the time, are multiples of a tab, so that tabs in the text
 * lead where they would lead without a gutter.
 */
const numberColumn = 9;
const stepColumn = 11;
const gap = '  ';

/** One line: number, time and step in the gutter, which is not copied, and the text. */
export function row(number: number, line: LogLine | undefined, options: RowOptions): TemplateResult {
  const { words, numbered, numbers } = options;
  const shownNumber = (numbered ? numbers.format(number + 1) : '').padStart(numberColumn) + gap;
  if (line === undefined) {
    return html`<span class="row wait"><span class="n">${shownNumber}</span><span class="x">…</span></span>`;
  }
  const time = exactTime(line.time);
  const step = shownText(line.step);
  const isCut = step.length > stepColumn;
  const shownStep = (isCut ? `${step.slice(0, stepColumn - 1)}…` : step).padEnd(stepColumn) + gap;
  return html`<span class="row ${number === options.current ? 'cur' : ''}"
    ><span class="n" title="${time} ${step}">${shownNumber}</span><span class="t0"> ${time}${gap} </span
    ><span class="s" title=${isCut ? step : nothing}>${shownStep}</span
    ><span class="x"
      >${marked(parseAnsi(line.text), options.find).map(drawn)}${
        line.cut === 0 ? nothing : html`<span class="more">${words.panels.log.cut(formatBytes(line.cut))}</span>`
      }</span
    ></span
  >`;
}

function drawn({ text, style, isMatch }: MarkedSpan): TemplateResult | string {
  if (isMatch) return html`<mark class=${style}>${text}</mark>`;
  return style === '' ? text : html`<span class=${style}>${text}</span>`;
}

/** `14:03:32.004` */
export function exactTime(time: number): string {
  return `${clock(time)}.${String(Math.floor(time) % 1000).padStart(3, '0')}`;
}
