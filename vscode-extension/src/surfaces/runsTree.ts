import { type ContextState, type ContextStore, keyOf, type RunStore } from '@slipway/shared/client';
import { terminalStates, type Run } from '@slipway/shared/protocol';
import {
  createClockFormat,
  everyRun,
  filteredRuns,
  groupByDay,
  isFiltering,
  retryOf,
  runView,
  shortName,
  shownText,
  type RunFilter,
  type RunGroup,
} from '@slipway/shared/views';
import * as vscode from 'vscode';
import type { WindowWords } from '../words/index.ts';
import { isSignedOut } from './contextsTree.ts';
import { codiconOf, stateIcons } from './stateIcon.ts';

export type RunsNode =
  | { readonly kind: 'group'; readonly group: RunGroup }
  | { readonly kind: 'run'; readonly context: string; readonly run: string }
  | { readonly kind: 'stale'; readonly context: ContextState; readonly isSignedOut: boolean };

const clock = createClockFormat(undefined);
/** News are gathered for so long before the tree is drawn anew, in milliseconds. */
const gatherMs = 100;
/** Runs older than this, in milliseconds, stand in one group whatever their day. */
const groupedMs = 6 * 86_400_000;
/** How much of a title a row shows, in characters: VS Code leaves out the state where a label fills the row. */
const longestLabel = 26;

/** Runs of all contexts, newest first, grouped by day; live. What has changed is drawn anew, for there may be thousands. */
export class RunsTree implements vscode.TreeDataProvider<RunsNode>, vscode.Disposable {
  readonly #store: RunStore;
  readonly #contexts: ContextStore;
  readonly #words: WindowWords;
  readonly #changes = new vscode.EventEmitter<RunsNode[] | undefined>();
  readonly #nodes = new Map<string, RunsNode>();
  readonly #subscriptions: readonly { dispose(): void }[];
  readonly #ticker: ReturnType<typeof setInterval>;
  #gathering: ReturnType<typeof setTimeout> | undefined;
  #filter = everyRun;
  /** As VS Code was last told: its rows, and the runs in them. */
  #rows = '';
  #drawn = new Map<RunsNode, Run>();

  /** @param isVisible whether anybody sees it: times go on only then */
  constructor(store: RunStore, contexts: ContextStore, words: WindowWords, isVisible: () => boolean) {
    this.#store = store;
    this.#contexts = contexts;
    this.#words = words;
    const gather = (): void => {
      this.#gathering ??= setTimeout(() => {
        this.#gathering = undefined;
        this.#drawChanges();
      }, gatherMs);
    };
    this.#subscriptions = [store.onChange(gather), contexts.onChange(gather)];
    this.#ticker = setInterval(() => {
      if (isVisible()) this.#tick();
    }, 1000);
  }

  get onDidChangeTreeData(): vscode.Event<RunsNode[] | undefined> {
    return this.#changes.event;
  }

  get filter(): RunFilter {
    return this.#filter;
  }

  set filter(filter: RunFilter) {
    this.#filter = filter;
    this.#changes.fire(undefined);
  }

  /** The runs that the filter lets through. */
  get shown(): readonly Run[] {
    return filteredRuns(this.#store.runs, this.#filter);
  }

  getChildren(node?: RunsNode): RunsNode[] {
    if (node === undefined) {
      const top = this.#top();
      this.#rows = rowsOf(top);
      this.#drawn = this.#runsOf(top);
      return top;
    }
    return node.kind === 'group' ? node.group.runs.map((run) => this.#nodeOf(run)) : [];
  }

  getTreeItem(node: RunsNode): vscode.TreeItem {
    switch (node.kind) {
      case 'group':
        return this.#groupItem(node.group);
      case 'stale':
        return this.#staleItem(node.context, node.isSignedOut);
      case 'run': {
        const run = this.#store.get(node.context, node.run);
        return run === undefined ? new vscode.TreeItem(node.run) : this.#runItem(run);
      }
    }
  }

  dispose(): void {
    clearInterval(this.#ticker);
    clearTimeout(this.#gathering);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changes.dispose();
  }

  #top(): RunsNode[] {
    const { contexts } = this.#store;
    const stale = contexts.filter(({ state }) => state === 'stale');
    const groups = groupByDay(this.shown, this.#words.shared, { now: Date.now(), locale: this.#words.locale });
    return [
      ...stale.map((context): RunsNode => {
        return { kind: 'stale', context, isSignedOut: isSignedOut(this.#contexts.get(context.name)) };
      }),
      ...groups.map((group): RunsNode => ({ kind: 'group', group })),
    ];
  }

  #runsOf(top: readonly RunsNode[]): Map<RunsNode, Run> {
    const runs = top.flatMap((node) => (node.kind === 'group' ? node.group.runs : []));
    return new Map(runs.map((run) => [this.#nodeOf(run), run]));
  }

  /** The rows of the runs that have changed, or everything where a row came or went. */
  #drawChanges(): void {
    const top = this.#top();
    if (rowsOf(top) !== this.#rows) {
      this.#changes.fire(undefined);
      return;
    }
    const now = this.#runsOf(top);
    const changed = [...now].filter(([node, run]) => this.#drawn.get(node) !== run).map(([node]) => node);
    this.#drawn = now;
    if (changed.length > 0) this.#changes.fire(changed);
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
    const active = this.shown.filter(({ state }) => !terminalStates.has(state));
    if (active.length > 0) this.#changes.fire(active.map((run) => this.#nodeOf(run)));
  }

  #groupItem(group: RunGroup): vscode.TreeItem {
    const isRecent = group.label === this.#words.shared.today || group.label === this.#words.shared.yesterday;
    const isOpen = isRecent || isFiltering(this.#filter);
    const state = isOpen ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed;
    const item = new vscode.TreeItem(group.label, state);
    // VS Code keeps for an id whether it is open; what is looked for is to be seen.
    item.id = `${isFiltering(this.#filter) ? 'found' : 'day'}/${group.day}`;
    item.contextValue = 'group';
    if (!isRecent) item.description = this.#words.shared.runCount(group.runs.length);
    return item;
  }

  #staleItem(context: ContextState, needsSignIn: boolean): vscode.TreeItem {
    const { host, shared } = this.#words;
    const away = context.forbidden ? host.notAllowed : host.notReachable;
    const state = needsSignIn ? shared.signIn.notSignedIn : away;
    const item = new vscode.TreeItem(`${context.name}: ${state}`);
    item.id = `stale/${context.name}`;
    if (context.since !== undefined && !needsSignIn) item.description = host.staleSince(clock(context.since));
    item.tooltip = context.reason ?? host.coreGone;
    const icon = needsSignIn ? 'account' : 'warning';
    item.iconPath = new vscode.ThemeIcon(icon, new vscode.ThemeColor('testing.iconQueued'));
    item.contextValue = 'stale';
    if (needsSignIn) {
      item.command = { command: 'slipway.signIn', title: shared.signIn.signIn, arguments: [context.name] };
    }
    return item;
  }

  #runItem(run: Run): vscode.TreeItem {
    const view = runView(run, this.#words.shared, Date.now(), this.#store.staleSince(run.context));
    const item = new vscode.TreeItem(shortName(shownText(run.title), longestLabel));
    item.id = `run/${keyOf(run.context, run.name)}`;
    item.iconPath = new vscode.ThemeIcon(
      codiconOf(view.state, view.stale),
      new vscode.ThemeColor(view.stale ? 'testing.iconSkipped' : stateIcons[view.state].color),
    );
    const where = run.context === 'local' ? '' : run.context;
    const made = new Date(run.createdAt);
    // The groups of the last days tell the day.
    const day = Date.now() - run.createdAt < groupedMs ? '' : made.toLocaleDateString(this.#words.locale);
    const partsWith = (detail: string): string[] =>
      [view.word, shownText(detail), view.elapsed, where, day].filter((part) => part !== '');
    const parts = partsWith(view.detail);
    item.description = partsWith(view.shortDetail).join(' · ');
    item.tooltip = [
      `${run.title}: ${parts.join(' · ')}`,
      `${run.name} · ${made.toLocaleString(this.#words.locale)}`,
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

/** Which rows there are and where, as text to compare; not what they say. */
function rowsOf(top: readonly RunsNode[]): string {
  return JSON.stringify(
    top.map((node) =>
      node.kind === 'group'
        ? [node.group.label, node.group.runs.map(({ context, name }) => keyOf(context, name))]
        : node.kind === 'stale' && [node.context, node.isSignedOut],
    ),
  );
}
