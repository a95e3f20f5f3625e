import type { ContextState, RunStore } from '@slipway/shared/client';
import * as vscode from 'vscode';
import type { WindowWords } from '../words/index.ts';

/** The places where runs can go, and the one where they do. */
export class ContextsTree implements vscode.TreeDataProvider<ContextState>, vscode.Disposable {
  readonly #store: RunStore;
  readonly #words: WindowWords;
  readonly #current: () => string;
  readonly #changes = new vscode.EventEmitter<undefined>();
  readonly #subscription: { dispose(): void };
  #shown = '';

  constructor(store: RunStore, words: WindowWords, current: () => string) {
    this.#store = store;
    this.#words = words;
    this.#current = current;
    this.#subscription = store.onChange(() => this.show());
  }

  get onDidChangeTreeData(): vscode.Event<undefined> {
    return this.#changes.event;
  }

  show(): void {
    const shown = JSON.stringify([this.#store.contexts, this.#current()]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#changes.fire(undefined);
  }

  getChildren(context?: ContextState): ContextState[] {
    return context === undefined ? [...this.#store.contexts] : [];
  }

  getTreeItem(context: ContextState): vscode.TreeItem {
    const { host } = this.#words;
    const isCurrent = context.name === this.#current();
    const item = new vscode.TreeItem(context.name);
    const place = context.name === 'local' ? host.thisMachine : '';
    const state = { live: '', loading: host.connecting, stale: host.notReachable }[context.state];
    item.id = context.name;
    item.description = [place, state, isCurrent ? host.current : ''].filter((part) => part !== '').join(' · ');
    if (context.reason !== undefined) item.tooltip = context.reason;
    const icon =
      context.state === 'stale' ? 'warning' : isCurrent ? 'check' : context.name === 'local' ? 'vm' : 'server';
    item.iconPath = new vscode.ThemeIcon(icon);
    item.contextValue = isCurrent ? 'context.current' : 'context';
    return item;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changes.dispose();
  }
}
