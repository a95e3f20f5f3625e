import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import type { ViewState } from '../../views/index.ts';

const ring = svg`<circle cx="8" cy="8" r="6"/>`;

/** Outlines on a field of 16 × 16, stroke 1.2, in the colour of the text. */
const paths = {
  queued: svg`${ring}<path d="M8 4.6V8l2.3 1.6"/>`,
  running: svg`<path d="M8 2a6 6 0 1 0 6 6" stroke-width="1.6"/>`,
  passed: svg`${ring}<path d="M5.2 8.2l2 2 3.6-4.2"/>`,
  failed: svg`${ring}<path d="M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4"/>`,
  cancelled: svg`${ring}<path d="M3.8 12.2l8.4-8.4"/>`,
  skipped: svg`${ring}<path d="M5.2 8h5.6"/>`,
  notStarted: svg`<circle cx="8" cy="8" r="3.5"/>`,
  lost: svg`<path d="M8 2.3l6 11H2zM8 6.4v3.4M8 11.6v.1"/>`,
  stop: svg`<path d="M4 4h8v8H4z"/>`,
  copy: svg`<path d="M5.5 5.5h7v8h-7z"/><path d="M3.5 11V2.5H10"/>`,
  file: svg`<path d="M3.5 1.8h5.8l3.2 3.2v9.2h-9z"/><path d="M9 2v3.3h3.3"/>`,
  notebook: svg`<path d="M4 2h9v12H4z"/><path d="M6.3 2v12M2.5 4.8H4M2.5 8H4M2.5 11.2H4"/>`,
  code: svg`<path d="M5.2 4.5L1.8 8l3.4 3.5M10.8 4.5L14.2 8l-3.4 3.5M9 3.2L7 12.8"/>`,
  image: svg`<path d="M2 3h12v10H2z"/><path d="M2.5 11.5l3.5-4 3 3 1.8-1.7 2.7 2.7"/>`,
  tests: svg`<path d="M6.3 2v4.5L2.8 13.5h10.4L9.7 6.500V2M5.3 2h5.400M4.6 10.2h6.8"/>`,
  log: svg`<path d="M2.5 4h11M2.5 8h11M2.5 12h7"/>`,
  open: svg`<path d="M9.5 2.5h4v4M13.3 2.7L7.5 8.5M6.5 3.500h-4v10h10v-4"/>`,
  down: svg`<path d="M8 2.5v8M4.8 7.6L8 10.8l3.2-3.2M3 13.5h10"/>`,
  follow: svg`<path d="M8 2v7M4.8 6L8 9.2 11.2 6M3 12.800h10"/>`,
  wrap: svg`<path d="M2.5 4h11M2.5 8h9a2 2 0 0 1 0 4H8M9.5 10.3L7.8 12l1.7 1.7M2.5 12h3"/>`,
  search: svg`<circle cx="7" cy="7" r="4.2"/><path d="M10.2 10.2L14 14"/>`,
  up: svg`<path d="M3.5 10L8 5.5 12.5 10"/>`,
  chevronDown: svg`<path d="M3.5 6L8 10.5 12.5 6"/>`,
  chevronRight: svg`<path d="M6 3.5L10.5 8 6 12.5"/>`,
  play: svg`<path d="M4.5 2.8v10.4L12.8 8z"/>`,
  eye: svg`<path d="M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8z"/><circle cx="8" cy="8" r="1.9"/>`,
  bell: svg`<path d="M4 11V7a4 4 0 0 1 8 0v4l1.2 1.2H2.8zM6.8 14h2.4"/>`,
} satisfies Record<ViewState, SVGTemplateResult> & Record<string, SVGTemplateResult>;

export type IconName = keyof typeof paths;

/** An icon of 16 × 16 that screen readers pass over. */
export function icon(name: IconName, className = ''): TemplateResult {
  return html`<svg class="i ${className}" viewBox="0 0 16 16" aria-hidden="true">${paths[name]}</svg>`;
}

const stateColours: Readonly<Record<ViewState, string>> = {
  queued: 'c-waiting',
  running: 'c-running',
  passed: 'c-passed',
  failed: 'c-failed',
  cancelled: 'c-neutral',
  skipped: 'c-neutral',
  notStarted: 'c-neutral',
  lost: 'c-waiting',
};

/** The icon of a state in its colour; in grey where the state may be out of date. */
export function stateIcon(state: ViewState, stale = false): TemplateResult {
  const turning = state === 'running' && !stale ? ' turning' : '';
  return icon(state, (stale ? 'c-neutral' : stateColours[state]) + turning);
}
