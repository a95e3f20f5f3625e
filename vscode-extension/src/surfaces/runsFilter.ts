import type { RunStore } from '@slipway/shared/client';
import {
  everyRun,
  filteredRuns,
  isFiltering,
  type RunFilter,
  type StateFilter,
  stateFilters,
} from '@slipway/shared/views';
import * as vscode from 'vscode';
import type { WindowWords } from '../words/index.ts';
import type { RunsTree } from './runsTree.ts';

interface StateItem extends vscode.QuickPickItem {
  readonly state: StateFilter;
}

/** Asks which runs to see, and says beside the tree which are seen. */
export class RunsFilter implements vscode.Disposable {
  readonly #tree: RunsTree;
  readonly #view: vscode.TreeView<unknown>;
  readonly #store: RunStore;
  readonly #words: WindowWords;
  readonly #subscription: { dispose(): void };

  constructor(tree: RunsTree, view: vscode.TreeView<unknown>, store: RunStore, words: WindowWords) {
    this.#tree = tree;
    this.#view = view;
    this.#store = store;
    this.#words = words;
    this.#subscription = store.onChange(() => this.#say());
  }

  /** Filters while it is typed; Escape brings back what was seen before. */
  ask(): void {
    const before = this.#tree.filter;
    const pick = this.#open(before);
    const asked = (): RunFilter => ({ text: pick.value, states: pick.selectedItems.map(({ state }) => state) });
    let isAccepted = false;
    pick.onDidChangeValue(() => this.set(asked()));
    pick.onDidChangeSelection(() => this.set(asked()));
    pick.onDidAccept(() => {
      isAccepted = true;
      pick.hide();
    });
    pick.onDidHide(() => {
      if (!isAccepted) this.set(before);
      pick.dispose();
    });
    pick.show();
  }

  set(filter: RunFilter): void {
    this.#tree.filter = filter;
    void vscode.commands.executeCommand('setContext', 'slipway.filtered', isFiltering(filter));
    this.#say();
  }

  clear(): void {
    this.set(everyRun);
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #open({ text, states }: RunFilter): vscode.QuickPick<StateItem> {
    const { host, shared } = this.#words;
    const pick = vscode.window.createQuickPick<StateItem>();
    pick.title = host.filterRuns;
    pick.placeholder = host.filterBy;
    pick.canSelectMany = true;
    pick.items = stateFilters.map((state) => ({
      state,
      label: host.stateFilters[state],
      description: shared.runCount(filteredRuns(this.#store.runs, { text: '', states: [state] }).length),
      // What is typed looks through the runs, not through these.
      alwaysShow: true,
    }));
    pick.value = text;
    pick.selectedItems = pick.items.filter(({ state }) => states.includes(state));
    return pick;
  }

  #say(): void {
    const { text, states } = this.#tree.filter;
    const { host } = this.#words;
    const parts = [text.trim(), ...states.map((state) => host.stateFilters[state])].filter((part) => part !== '');
    this.#view.description = parts.join(' · ');
    this.#view.message = parts.length === 0 ? '' : host.filtered(this.#tree.shown.length, this.#store.runs.length);
  }
}
