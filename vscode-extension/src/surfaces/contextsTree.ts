import type { ContextState, ContextStore, RunStore } from '@slipway/shared/client';
import type { ContextSummary } from '@slipway/shared/protocol';
import * as vscode from 'vscode';
import type { WindowWords } from '../words/index.ts';

/** The places where runs can go, who this person is there, and the one where they do. */
export class ContextsTree implements vscode.TreeDataProvider<ContextState>, vscode.Disposable {
  readonly #store: RunStore;
  readonly #contexts: ContextStore;
  readonly #words: WindowWords;
  readonly #current: () => string;
  readonly #changes = new vscode.EventEmitter<undefined>();
  readonly #subscriptions: readonly { dispose(): void }[];
  #shown = '';

  constructor(store: RunStore, contexts: ContextStore, words: WindowWords, current: () => string) {
    this.#store = store;
    this.#contexts = contexts;
    this.#words = words;
    this.#current = current;
    this.#subscriptions = [store.onChange(() => this.show()), contexts.onChange(() => this.show())];
  }

  get onDidChangeTreeData(): vscode.Event<undefined> {
    return this.#changes.event;
  }

  show(): void {
    const shown = JSON.stringify([this.#store.contexts, this.#contexts.contexts, this.#current()]);
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
    const summary = this.#contexts.get(context.name);
    const item = new vscode.TreeItem(context.name);
    const place = context.name === 'local' ? host.thisMachine : (summary?.namespace ?? '');
    const needsSignIn = isSignedOut(summary);
    // That nobody is signed in says why it is not reachable.
    const away = context.forbidden ? host.notAllowed : host.notReachable;
    const state = needsSignIn ? '' : { live: '', loading: host.connecting, stale: away }[context.state];
    const parts = [this.#who(summary), place, state, isCurrent ? host.current : ''];
    item.id = context.name;
    item.description = parts.filter((part) => part !== '').join(' · ');
    item.tooltip = this.#tooltip(context, summary);
    const usual = isCurrent ? 'check' : context.name === 'local' ? 'vm' : 'server';
    item.iconPath = new vscode.ThemeIcon(needsSignIn ? 'account' : context.state === 'stale' ? 'warning' : usual);
    // For the menus of package.json.
    item.contextValue = [
      'context',
      isCurrent ? 'current' : 'other',
      ...(context.name === 'local' ? [] : ['cluster']),
      ...(context.name === 'local' || needsSignIn ? [] : ['spaces']),
      ...(summary?.authentication === 'oidc' ? [needsSignIn ? 'signedOut' : 'signedIn'] : []),
    ].join('.');
    return item;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changes.dispose();
  }

  #who(summary: ContextSummary | undefined): string {
    const { signIn } = this.#words.shared;
    if (summary === undefined) return '';
    const { state, user, email } = summary.signIn;
    return { notNeeded: '', signedOut: signIn.notSignedIn, expired: signIn.expired, signedIn: user ?? email ?? '' }[
      state
    ];
  }

  #tooltip(context: ContextState, summary: ContextSummary | undefined): string | undefined {
    const { signIn } = this.#words.shared;
    const { user, groups, reason } = summary?.signIn ?? {};
    const lines = [
      user === undefined ? '' : signIn.signedInAs(user),
      groups === undefined ? '' : `${signIn.groups}: ${groups.length === 0 ? signIn.noGroups : groups.join(', ')}`,
      summary?.issuer ?? '',
      summary?.server ?? '',
      reason ?? context.reason ?? '',
    ].filter((line) => line !== '');
    return lines.length === 0 ? undefined : lines.join('\n');
  }
}

/** Whether somebody has to sign in before anything can run there. */
export function isSignedOut(summary: ContextSummary | undefined): boolean {
  return summary?.signIn.state === 'signedOut' || summary?.signIn.state === 'expired';
}
