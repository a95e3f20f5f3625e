import { html, type TemplateResult } from 'lit';
import { formatBytes } from '../../protocol/index.ts';
import type { Words } from '../../views/index.ts';
import { freshnessText, knownAt, type Freshness } from '../base/freshness.ts';
import type { LogStore } from './logStore.ts';

export interface FooterState {
  /** Number of the last line on the screen, from 1. */
  readonly lastRow: number;
  readonly freshness: Freshness;
  readonly numbers: Intl.NumberFormat;
  readonly words: Words;
}

/** Which line of how many, whether there may be more, how large. */
export function footer(store: LogStore | undefined, state: FooterState): TemplateResult {
  const { lastRow, freshness, numbers, words } = state;
  const text = words.panels.log;
  const currency = freshnessText(freshness, words);
  if (store?.loaded !== true) {
    const isFresh = knownAt(freshness) === undefined;
    return html`<div class="lfoot"><span>${isFresh ? words.panels.notices.loading : currency}</span></div>`;
  }
  const last = numbers.format(Math.min(store.total, lastRow));
  const total = numbers.format(store.total);
  const counting = store.trouble === undefined ? text.counting(formatBytes(store.bytes)) : '';
  return html`<div class="lfoot">
    <span>${store.counted ? text.line(last, total) : text.lineUncounted(total)}</span>
    <span>${store.ended ? text.ended : currency}</span>
    <span class="end">${store.counted ? formatBytes(store.bytes) : counting}</span>
  </div>`;
}
