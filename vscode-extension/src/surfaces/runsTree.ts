import { type ContextState, keyOf, type RunStore } from '@slipway/shared/client';
import { terminalStates, type Run } from '@slipway/shared/protocol';
import { createClockFormat, groupByDay, retryOf, runView, shownText, type RunGroup } from '@slipway/shared/views';
import * as vscode from 'vscode';
import type { WindowWords } from '../words/index.ts';
import { stateIcons } from './stateIcon.ts';

export type RunsNode =
  | { readonly kind: 'group'; readonly group: RunGroup }
  | { readonly kind: 'run'; readonly context: string; readonly run: string }
  | { readonly kind: 'stale'; readonly context: ContextState };

const clock = createClockFormat(undefined);
/** News are gathered for so long before the tree is drawn anew, in milliseconds. */
const gatherMs = 100;

/** Runs of all contexts, newest first, grouped by day; live. */
export class RunsTree implements vscode.TreeDataProvider<RunsNode>, vscode.Disposable {
  readonly #store: RunStore;
  readonly #words: WindowWords;
  readonly #changes = new vscode.EventEmitter<RunsNode | undefined>();
  readonly #nodes = new Map<string, RunsNode>();
  readonly #subscription: { dispose(): void };
  readonly #ticker: ReturnType<typeof setInterval>;
  #gathering: ReturnType<typeof setTimeout> | undefined;

  /** @param isVisible whether anybody sees it: times go on only then */
  constructor(store: RunStore, words: WindowWords, isVisible: () => boolean) {
    this.#store = store;
    this.#words = words;
    this.#subscription = store.onChange(() => {
      this.#gathering ??= setTimeout(() => {
        this.#gathering = undefined;
        this.#changes.fire(undefined);
      }, gatherMs);
    });
    this.#ticker = setInterval(() => {
      if (isVisible()) this.#tick();
    }, 1000);
  }

  get onDidChangeTreeData(): vscode.Event<RunsNode | undefined> {
    return this.#changes.event;
  }

  getChildren(node?: RunsNode): RunsNode[] {
    if (node === undefined) {
      const stale = this.#store.contexts.filter(({ state }) => state === 'stale');
      const groups = groupByDay(this.#store.runs, this.#words.shared, { now: Date.now(), locale: this.#words.locale });
      return [
        ...stale.map((context): RunsNode => ({ kind: 'stale', context })),
        ...groups.map((group): RunsNode => ({ kind: 'group', group })),
      ];
    }
    return node.kind === 'group' ? node.group.runs.map((run) => this.#nodeOf(run)) : [];
  }

  getTreeItem(node: RunsNode): vscode.TreeItem {
    switch (node.kind) {
      case 'group':
        return this.#groupItem(node.group);
      case 'stale':
        return this.#staleItem(node.context);
      case 'run': {
        const run = this.#store.get(node.context, node.run);
        return run === undefined ? new vscode.TreeItem(node.run) : this.#runItem(run);
      }
    }
  }

  dispose(): void {
    clearInterval(this.#ticker);
    clearTimeout(this.#gathering);
    this.#subscription.dispose();
    this.#changes.dispose();
  }

  /** The same run is the same node, so that it can be drawn anew alone and stays selected. */
  #nodeOf(run: Run): RunsNode {
    const key = keyOf(run.context, run.name);
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    const node: RunsNode = { kind: 'run', context: run.context, run: run.name };
    this.#nodes.set(key, node);
    return node;
  }

  #tick(): void {
    for (const run of this.#store.runs) {
      if (!terminalStates.has(run.state)) this.#changes.fire(this.#nodeOf(run));
    }
  }

  #groupItem(group: RunGroup): vscode.TreeItem {
    const isRecent = group.label === this.#words.shared.today || group.label === this.#words.shared.yesterday;
    const state = isRecent ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed;
    const item = new vscode.TreeItem(group.label, state);
    item.id = `day/${group.day}`;
    item.contextValue = 'group';
    if (!isRecent) item.description = String(group.runs.length);
    return item;
  }

  #staleItem(context: ContextState): vscode.TreeItem {
    const { host } = this.#words;
    const item = new vscode.TreeItem(`${context.name}: ${host.notReachable}`);
    item.id = `stale/${context.name}`;
    if (context.since !== undefined) item.description = host.staleSince(clock(context.since));
    item.tooltip = context.reason ?? host.coreGone;
    item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('testing.iconQueued'));
    item.contextValue = 'stale';
    return item;
  }

  #runItem(run: Run): vscode.TreeItem {
    const view = runView(run, this.#words.shared, Date.now());
    const item = new vscode.TreeItem(shownText(run.title));
    const isStale =
      view.active && this.#store.contexts.some(({ name, state }) => name === run.context && state === 'stale');
    const { codicon, color } = stateIcons[view.state];
    const still = codicon.replace('~spin', '');
    item.id = `run/${keyOf(run.context, run.name)}`;
    item.iconPath = new vscode.ThemeIcon(
      isStale ? still : codicon,
      new vscode.ThemeColor(isStale ? 'testing.iconSkipped' : color),
    );
    const where = run.context === 'local' ? '' : run.context;
    const parts = [view.word, shownText(view.detail), view.elapsed, where].filter((part) => part !== '');
    item.description = parts.join(' · ');
    item.tooltip = [
      `${run.title}: ${parts.join(' · ')}`,
      `${run.name} · ${new Date(run.createdAt).toLocaleString(this.#words.locale)}`,
    ].join('\n');
    item.accessibilityInformation = { label: `${run.title}, ${parts.join(', ')}` };
    item.contextValue = contextValueOf(run);
    item.command = {
      command: 'slipway.openRun',
      title: this.#words.host.openRun,
      arguments: [{ context: run.context, run: run.name }],
    };
    return item;
  }
}

/** What the menus of package.json look at. */
function contextValueOf(run: Run): string {
  const marks = ['run', terminalStates.has(run.state) ? 'ended' : 'active'];
  if (run.foreign !== true && run.steps.some(({ name }) => name === 'notebook')) marks.push('notebook');
  if (retryOf(run) !== undefined) marks.push('retry');
  if (run.failedCell !== undefined && run.failedCell.number > 0) marks.push('failedCell');
  return marks.join('.');
}
