import { LabIcon } from '@jupyterlab/ui-components';
import type { ViewState } from '@slipway/shared/views';

const frame = (body: string, attributes: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16" fill="none" ${attributes}>${body}</svg>`;
const stroke = 'stroke-width="1.2" stroke-linecap="round" stroke-linejoin="round"';
/** In the text's colour of JupyterLab's icons. */
const neutral = (name: string, body: string): LabIcon =>
  new LabIcon({
    name: `slipway:${name}`,
    svgstr: frame(`<g class="jp-icon3" stroke="#616161" ${stroke}>${body}</g>`, ''),
  });
/** In the colour of what stands around it: states. */
const coloured = (name: string, body: string): LabIcon =>
  new LabIcon({ name: `slipway:${name}`, svgstr: frame(body, `stroke="currentColor" ${stroke}`) });

/** A hull on its slip, on the way to the water. */
export const slipwayIcon = neutral(
  'slipway',
  '<path d="M1.5 14 14.5 10.5M4.2 10.2 12 8.1 13.4 4.6 3 7.4ZM7.4 6.2 6.6 3.2"/>',
);
export const runIcon = coloured('run', '<path d="M5 3.5v9l7-4.5z"/>');
export const stopIcon = neutral('stop', '<path d="M4.5 4.5h7v7h-7z"/>');
export const logsIcon = neutral('logs', '<path d="M3 4h10M3 8h10M3 12h6"/>');
export const againIcon = neutral('again', '<path d="M12.5 8a4.5 4.5 0 1 1-1.4-3.3M12.5 2.5v2.7H9.8"/>');
export const moreIcon = neutral(
  'more',
  '<path stroke-width="2.2" stroke-linecap="round" d="M3.5 8h.01M8 8h.01M12.5 8h.01"/>',
);
export const checkIcon = neutral('check', '<path d="m3 8.5 3.2 3.2L13 5"/>');
export const computerIcon = neutral('computer', '<path d="M3.5 4h9v6h-9zM2 12.5h12"/>');
export const clusterIcon = neutral('cluster', '<path d="M3 3h10v4H3zM3 9h10v4H3zM5 5h.01M5 11h.01"/>');

export const signInIcon = coloured('sign-in', '<path d="M7 2.5h6v11H7M2 8h7.5M6.8 5.2 9.5 8l-2.7 2.8"/>');
export const copyIcon = neutral('copy', '<path d="M5.5 5.5h7v8h-7z"/><path d="M3.5 11V2.5H10"/>');
export const outsideIcon = coloured('outside', '<path d="M9.5 2.5h4v4M13.3 2.7 7.5 8.5M6.5 3.5h-4v10h10v-4"/>');
export const chevronIcon = neutral('chevron', '<path d="M3.5 6 8 10.5 12.5 6"/>');

const ring = '<circle cx="8" cy="8" r="6"/>';
const triangle = '<path d="M8 2.5 14 13H2zM8 6.5v3M8 11.3v.01"/>';

export const stateIcons: Readonly<Record<ViewState, LabIcon>> = {
  queued: coloured('queued', `${ring}<path d="M8 4.5V8l2.2 1.6"/>`),
  running: coloured('running', '<path d="M8 2a6 6 0 1 0 6 6"/>'),
  passed: coloured('passed', `${ring}<path d="m5.3 8.2 1.9 1.9 3.6-4"/>`),
  failed: coloured('failed', `${ring}<path d="m5.8 5.8 4.4 4.4m0-4.4-4.4 4.4"/>`),
  cancelled: coloured('cancelled', `${ring}<path d="m4 12 8-8"/>`),
  skipped: coloured('skipped', `${ring}<path d="M5.5 8h5"/>`),
  notStarted: coloured('not-started', '<circle cx="8" cy="8" r="3"/>'),
  lost: coloured('lost', triangle),
};
