/** A page with one panel whose host asks the program that drives the page: `?panel=detail&run=NAME&context=local`. */
import { definePanels, type PanelHost } from '@slipway/shared/panels';
import type {
  NotificationName,
  NotificationParams,
  RequestName,
  RequestParams,
  RequestResult,
} from '@slipway/shared/protocol';
import { applyTheme } from './themes.ts';

/** What the driving program offers to the page. */
export interface BridgeWindow {
  /** @returns the result as JSON, or the failure */
  askCore(name: string, params: string): Promise<{ readonly result: string } | { readonly failure: string }>;
  /** Called by the program for every notification. */
  tell(name: string, params: string): void;
  readonly performed: unknown[];
}
const bridge = globalThis as unknown as BridgeWindow;

const query = new URLSearchParams(location.search);
const listeners = new Map<string, Set<(params: never) => void>>();
const performed: unknown[] = [];

const host: PanelHost = {
  locale: 'en',
  request: async <Name extends RequestName>(name: Name, params: RequestParams<Name>, signal: AbortSignal) => {
    const answer = await bridge.askCore(name, JSON.stringify(params));
    signal.throwIfAborted();
    if ('failure' in answer) throw new Error(answer.failure);
    return JSON.parse(answer.result) as RequestResult<Name>;
  },
  onNotification: <Name extends NotificationName>(name: Name, listener: (params: NotificationParams<Name>) => void) => {
    const known = listeners.get(name) ?? new Set();
    listeners.set(name, known.add(listener));
    return { dispose: () => known.delete(listener) };
  },
  onConnection: () => ({ dispose: () => undefined }),
  perform: (action) => {
    performed.push(action);
    return Promise.resolve();
  },
  // Outlives the page, as the memory of a host outlives its windows.
  recall: (key) => {
    const kept = localStorage.getItem(key);
    return Promise.resolve(kept === null ? undefined : (JSON.parse(kept) as unknown));
  },
  remember: (key, value) => {
    localStorage.setItem(key, JSON.stringify(value));
    return Promise.resolve();
  },
};

Object.assign(globalThis, {
  performed,
  tell: (name: string, params: string) => {
    for (const listener of listeners.get(name) ?? []) listener(JSON.parse(params) as never);
  },
} satisfies Omit<BridgeWindow, 'askCore'>);

applyTheme(document, 'vscode-dark');
definePanels(document);
const context = query.get('context') ?? 'local';
if (query.get('panel') === 'form') {
  const form = document.createElement('slipway-run-form');
  form.host = host;
  const folder = { kind: 'disk' as const, path: query.get('folder') ?? '' };
  form.submission = {
    context,
    folder,
    spec: { notebook: query.get('notebook') ?? '', python: query.get('python') ?? '' },
  };
  document.body.append(form);
} else {
  const detail = document.createElement('slipway-run-detail');
  detail.host = host;
  detail.context = context;
  detail.run = query.get('run') ?? '';
  document.body.append(detail);
}
