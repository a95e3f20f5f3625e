import type { PanelHost } from '@slipway/shared/panels';

export type PanelTag = 'slipway-run-detail' | 'slipway-log-view' | 'slipway-run-form';

/** What all panels have in common: their host, and what they show as properties. */
export interface PanelElement extends HTMLElement {
  host: PanelHost;
}

/** What a panel shows, by the names of its properties. */
export type PanelProperties = Readonly<Record<string, unknown>>;
