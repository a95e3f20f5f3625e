/**
 * The three panels that all hosts share, as web components: run detail, log view, run form. They know the protocol, the
 * views and their `PanelHost`, and read no other CSS variables than `--slipway-*`.
 * Start reading at panelHost.ts.
 */
export type { Disposable, HostAction, PanelHost } from './panelHost.ts';
