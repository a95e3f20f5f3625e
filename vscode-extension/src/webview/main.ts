import { definePanels, type PanelHost } from '@slipway/shared/panels';
import { Heartbeat } from './heartbeat.ts';
import { WebviewHost } from './webviewHost.ts';
import type { HostMessage, PanelShown } from '../panels/panelShown.ts';

declare function acquireVsCodeApi(): { postMessage(message: unknown): void; setState(state: unknown): void };

const api = acquireVsCodeApi();
definePanels(document);
let host: WebviewHost | undefined;
const heartbeat = new Heartbeat({
  ask: () => api.postMessage({ type: 'ping' }),
  onSilence: (heardAt) => host?.fallSilent(heardAt),
  now: Date.now,
});

window.addEventListener('message', ({ data }: MessageEvent<HostMessage>) => {
  heartbeat.heard();
  if (data.type !== 'show') {
    host?.receive(data);
    return;
  }
  host ??= new WebviewHost(data.locale, data.connected, (message) => api.postMessage(message));
  api.setState(data.shown);
  document.documentElement.lang = data.locale;
  document.body.replaceChildren(panel(data.shown, host));
});
api.postMessage({ type: 'ready' });
// As long as the page is there.
setInterval(() => heartbeat.beat(), 5_000);

function panel(shown: PanelShown, panelHost: PanelHost): HTMLElement {
  const { element: name, ...properties } = shown;
  const element = document.createElement(name);
  Object.assign(element, properties, { host: panelHost });
  element.addEventListener('slipway-title', (event) => {
    if (event instanceof CustomEvent) api.postMessage({ type: 'title', ...plain(event.detail) });
  });
  return element;
}

function plain(detail: unknown): { title: string; state: string } {
  const fields: Readonly<Record<string, unknown>> = typeof detail === 'object' && detail !== null ? { ...detail } : {};
  const { title, state } = fields;
  return { title: typeof title === 'string' ? title : '', state: typeof state === 'string' ? state : '' };
}
