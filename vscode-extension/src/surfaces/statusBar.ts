import type { ContextStore, RunStore } from '@slipway/shared/client';
import { statusItem } from '@slipway/shared/views';
import * as vscode from 'vscode';
import type { WindowWords } from '../words/index.ts';
import { isSignedOut } from './contextsTree.ts';
import { withoutIcons } from './plainText.ts';
import { codiconOf } from './stateIcon.ts';

/** The item in the status bar: the job that goes on, else where runs go. */
export class StatusBar implements vscode.Disposable {
  readonly #item: vscode.StatusBarItem;
  readonly #store: RunStore;
  readonly #contexts: ContextStore;
  readonly #words: WindowWords;
  readonly #context: () => string;
  readonly #subscriptions: readonly { dispose(): void }[];
  #timer: ReturnType<typeof setInterval> | undefined;
  #looksFor = false;

  constructor(store: RunStore, contexts: ContextStore, words: WindowWords, context: () => string) {
    this.#item = vscode.window.createStatusBarItem('slipway.status', vscode.StatusBarAlignment.Left, 10);
    this.#item.name = words.shared.product;
    this.#store = store;
    this.#contexts = contexts;
    this.#words = words;
    this.#context = context;
    this.#subscriptions = [store.onChange(() => this.show()), contexts.onChange(() => this.show())];
  }

  /**
   * To be called once it is known whether runs may go on that this window has not heard of: until it has, the item does not
   * look as if nothing went on.
   */
  appear(looksForRuns: boolean): void {
    this.#looksFor = looksForRuns;
    this.show();
    this.#item.show();
  }

  show(): void {
    const { runs, staleSince } = this.#store;
    const { state, stale, text, tooltip } = statusItem(runs, this.#words.shared, Date.now(), staleSince);
    if (state === undefined) this.#showContext();
    else {
      this.#item.text = `$(${codiconOf(state, stale)}) ${withoutIcons(text)}`;
      this.#item.tooltip = tooltip;
      this.#item.command = 'slipway.statusClicked';
    }
    this.#item.accessibilityInformation = { label: `Slipway: ${text === '' ? this.#context() : text}` };
    this.#tick(state !== undefined);
  }

  dispose(): void {
    this.#tick(false);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#item.dispose();
  }

  /** Where runs go, and as whom; that nobody is signed in there, with the way to do so. */
  #showContext(): void {
    const { host, shared } = this.#words;
    const context = this.#context();
    const summary = this.#contexts.get(context);
    const isLooking = this.#looksFor && !this.#store.loaded;
    const name = withoutIcons(context);
    if (isSignedOut(summary)) {
      const why = summary?.signIn.state === 'expired' ? shared.signIn.expired : shared.signIn.notSignedIn;
      this.#item.text = `$(account) ${name}: ${why}`;
      this.#item.tooltip = shared.signIn.signInTo(context);
      this.#item.command = 'slipway.signIn';
      return;
    }
    const user = summary?.signIn.user;
    this.#item.text = `$(${isLooking ? 'sync~spin' : 'rocket'}) ${name}`;
    this.#item.tooltip = isLooking
      ? host.lookingForRuns
      : [...(user === undefined ? [] : [shared.signIn.signedInAs(user)]), host.idle(context)].join('\n');
    this.#item.command = 'slipway.chooseContext';
  }

  /** Times go on without news. */
  #tick(on: boolean): void {
    if (on) this.#timer ??= setInterval(() => this.show(), 1000);
    else {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }
}
