import { randomBytes } from 'node:crypto';
import type { CoreConnection } from '@slipway/shared/client';
import type { HostAction } from '@slipway/shared/panels';
import type { Run } from '@slipway/shared/protocol';
import * as vscode from 'vscode';
import type { PanelRelay } from '../panels/panelRelay.ts';
import type { HostMessage, PanelShown } from '../panels/panelShown.ts';
import { panelPage } from '../panels/webviewPage.ts';
import { referenceOf } from '../runs/runReference.ts';
import { troubleIn, type WindowWords } from '../words/index.ts';

export interface PanelsOptions {
  readonly core: CoreConnection;
  readonly extensionUri: vscode.Uri;
  readonly memory: vscode.Memento;
  readonly words: WindowWords;
  readonly log: vscode.LogOutputChannel;
  readonly onStarted: (run: Run) => void;
  /** Does what a panel asks of the host; `close` closes that panel. */
  readonly perform: (action: HostAction) => Promise<void>;
}

/** The shared panels in editor tabs, one a run and kind. */
export class Panels implements vscode.Disposable {
  readonly #options: PanelsOptions;
  readonly #open = new Map<string, vscode.WebviewPanel>();
  readonly #registrations: readonly vscode.Disposable[];

  constructor(options: PanelsOptions) {
    this.#options = options;
    // Tabs of runs and logs are there again after the window was reloaded.
    this.#registrations = ['slipway.run', 'slipway.logs'].map((type) =>
      vscode.window.registerWebviewPanelSerializer(type, {
        deserializeWebviewPanel: async (panel, state: unknown) => {
          const reference = referenceOf(state);
          if (reference === undefined) panel.dispose();
          else {
            const element = type === 'slipway.run' ? 'slipway-run-detail' : 'slipway-log-view';
            await this.#fill(panel, { element, ...reference });
          }
        },
      }),
    );
  }

  show(shown: PanelShown, title: string): void {
    const known = this.#open.get(keyOf(shown));
    if (known !== undefined) {
      known.reveal();
      return;
    }
    const panel = vscode.window.createWebviewPanel(typeOf(shown), title, vscode.ViewColumn.Active, {
      enableScripts: true,
      retainContextWhenHidden: true,
    });
    this.#fill(panel, shown).catch((error: unknown) => this.#options.log.error(String(error)));
  }

  dispose(): void {
    for (const registration of this.#registrations) registration.dispose();
    for (const panel of [...this.#open.values()]) panel.dispose();
  }

  async #fill(panel: vscode.WebviewPanel, shown: PanelShown): Promise<void> {
    const { extensionUri, words } = this.#options;
    const dist = vscode.Uri.joinPath(extensionUri, 'dist');
    const key = keyOf(shown);
    this.#open.set(key, panel);
    panel.onDidDispose(() => {
      if (this.#open.get(key) === panel) this.#open.delete(key);
    });
    panel.iconPath = {
      light: vscode.Uri.joinPath(extensionUri, 'media/slipway-light.svg'),
      dark: vscode.Uri.joinPath(extensionUri, 'media/slipway-dark.svg'),
    };
    const relay = await this.#relay(panel, shown);
    if (this.#open.get(key) !== panel) {
      relay.dispose();
      return;
    }
    panel.onDidDispose(() => relay.dispose());
    const { webview } = panel;
    webview.onDidReceiveMessage((message: unknown) => relay.receive(message));
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    webview.html = panelPage({
      script: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'panels.js')).toString(),
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString('base64url'),
      locale: words.locale,
    });
  }

  async #relay(panel: vscode.WebviewPanel, shown: PanelShown): Promise<PanelRelay> {
    const { core, memory, words, log, onStarted, perform } = this.#options;
    // With the schemas, which a window that shows no panel does not need.
    const { PanelRelay: Relay } = await import('../panels/panelRelay.ts');
    const send = (message: HostMessage): void => void panel.webview.postMessage(message);
    return new Relay({
      core,
      send,
      perform: (action) => (action.kind === 'close' ? Promise.resolve(panel.dispose()) : perform(action)),
      memory,
      onReady: () => send({ type: 'show', shown, locale: words.locale, connected: core.connected }),
      onTitle: (title) => {
        panel.title = title;
      },
      onStarted,
      describe: (error) => troubleIn(error, words),
      onRefused: (reason) => log.warn(`A message of the panel ${panel.title} was refused: ${reason}`),
    });
  }
}

function typeOf({ element }: PanelShown): string {
  return {
    'slipway-run-detail': 'slipway.run',
    'slipway-log-view': 'slipway.logs',
    'slipway-run-form': 'slipway.form',
  }[element];
}

function keyOf(shown: PanelShown): string {
  if (shown.element !== 'slipway-run-form') return `${shown.element}/${shown.context}/${shown.run}`;
  return `${shown.element}/${JSON.stringify([shown.rerun, shown.submission?.folder, shown.submission?.spec])}`;
}
