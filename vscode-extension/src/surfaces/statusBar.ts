import type { RunStore } from '@slipway/shared/client';
import { statusItem } from '@slipway/shared/views';
import * as vscode from 'vscode';
import type { WindowWords } from '../words/index.ts';
import { withoutIcons } from './plainText.ts';
import { codiconOf } from './stateIcon.ts';

/** The item in the status bar: the job that goes on, else where runs go. */
export class StatusBar implements vscode.Disposable {
  readonly #item: vscode.StatusBarItem;
  readonly #store: RunStore;
  readonly #words: WindowWords;
  readonly #context: () => string;
  readonly #subscription: { dispose(): void };
  #timer: ReturnType<typeof setInterval> | undefined;
  #looksFor = false;

  constructor(store: RunStore, words: WindowWords, context: () => string) {
    this.#item = vscode.window.createStatusBarItem('slipway.status', vscode.StatusBarAlignment.Left, 10);
    this.#item.name = words.shared.product;
    this.#store = store;
    this.#words = words;
    this.#context = context;
    this.#subscription = store.onChange(() => this.show());
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
    if (state === undefined) {
      const isLooking = this.#looksFor && !this.#store.loaded;
      this.#item.text = `$(${isLooking ? 'sync~spin' : 'rocket'}) ${withoutIcons(this.#context())}`;
      this.#item.tooltip = isLooking ? this.#words.host.lookingForRuns : this.#words.host.idle(this.#context());
      this.#item.command = 'slipway.chooseContext';
    } else {
      this.#item.text = `$(${codiconOf(state, stale)}) ${withoutIcons(text)}`;
      this.#item.tooltip = tooltip;
      this.#item.command = 'slipway.statusClicked';
    }
    this.#item.accessibilityInformation = { label: `Slipway: ${text === '' ? this.#context() : text}` };
    this.#tick(state !== undefined);
  }

  dispose(): void {
    this.#tick(false);
    this.#subscription.dispose();
    this.#item.dispose();
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
