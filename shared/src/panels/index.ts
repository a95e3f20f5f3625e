/**
 * The three panels that all hosts share, as web components: run detail, log view, run form. They know the protocol, the
 * views and their `PanelHost`, and read no other CSS variables than `--slipway-*`. A host calls `definePanels()` once,
 * makes the element by its name and sets its properties; nothing happens on import.
 * Start reading at panelHost.ts.
 */
export type { Disposable, HostAction, PanelHost } from './panelHost.ts';
export { definePanels } from './definePanels.ts';
export { adoptTokens, tokensCss } from './tokens.ts';
export type { LogView } from './logView/logView.ts';
export type { RunDetail } from './runDetail/runDetail.ts';
export type { RunForm } from './runForm/runForm.ts';
