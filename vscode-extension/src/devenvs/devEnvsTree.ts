import { type ContextStore, type DevEnvContext, type DevEnvStore, keyOf } from '@slipway/shared/client';
import type { DevEnv } from '@slipway/shared/protocol';
import { devEnvView } from '@slipway/shared/views';
import * as vscode from 'vscode';
import type { DevEnvJobs } from './devEnvJobs.ts';
import type { DevEnvReference, JobReference } from './devEnvReference.ts';
import { troubleIn, type WindowWords } from '../words/index.ts';
import { isSignedOut } from '../surfaces/contextsTree.ts';
import { clusterItem, devEnvItem, jobItem, troubleItem } from './devEnvItems.ts';

export type DevEnvsNode =
  | { readonly kind: 'cluster'; readonly name: string }
  | ({ readonly kind: 'devEnv' } & DevEnvReference)
  | ({ readonly kind: 'job' } & JobReference)
  | { readonly kind: 'trouble'; readonly name: string }
  | { readonly kind: 'note'; readonly text: string; readonly tooltip: string };

/** What the welcome view of package.json looks at. */
export type DevEnvsState = 'loading' | 'noCluster' | 'signedOut' | 'empty' | 'listed';

export interface DevEnvsTreeOptions {
  readonly store: DevEnvStore;
  readonly contexts: ContextStore;
  readonly jobs: DevEnvJobs;
  readonly words: WindowWords;
  /** The `ssh` host that this window is opened on. */
  readonly host: () => string | undefined;
  readonly isVisible: () => boolean;
  /** How often times go on, in milliseconds; every 20 s by default: they are told in minutes. */
  readonly tickMs?: number;
}

/** News are gathered for so long before the tree is drawn anew, in milliseconds. */
const gatherMs = 100;
const usualTickMs = 20_000;
/** What was told so lately is not asked for again. */
const newsMs = 2_000;
/** So many commands of a DevEnv are shown. */
const mostJobs = 20;

/** DevEnvs by cluster, one's own first; without a level for the cluster where there is only one. */
export class DevEnvsTree implements vscode.TreeDataProvider<DevEnvsNode>, vscode.Disposable {
  readonly #options: DevEnvsTreeOptions;
  readonly #changes = new vscode.EventEmitter<DevEnvsNode | undefined>();
  readonly #nodes = new Map<string, DevEnvsNode>();
  /** When the commands of DevEnvs were told to be drawn anew as they are known, epoch ms. */
  readonly #drawnAsKnown = new Map<string, number>();
  /** What rows say that changes with the time, as it was drawn last. */
  readonly #drawn = new Map<string, string>();
  readonly #subscriptions: readonly { dispose(): void }[];
  readonly #ticker: ReturnType<typeof setInterval>;
  #gathering: ReturnType<typeof setTimeout> | undefined;

  constructor(options: DevEnvsTreeOptions) {
    this.#options = options;
    const gather = (): void => {
      this.#gathering ??= setTimeout(() => {
        this.#gathering = undefined;
        this.#changes.fire(undefined);
      }, gatherMs);
    };
    const { store, contexts, jobs, isVisible, tickMs = usualTickMs } = options;
    this.#subscriptions = [
      store.onChange(gather),
      contexts.onChange(gather),
      jobs.onChange((reference) => this.#drawJobs(reference)),
    ];
    this.#ticker = setInterval(() => {
      if (!isVisible()) return;
      for (const devEnv of store.devEnvs) this.#letGoOn(devEnv);
      // One that is shown as running may have been started, or stopped, from elsewhere.
      for (const reference of jobs.running) {
        this.#drawJobs(reference);
        void jobs.readAgain(reference);
      }
    }, tickMs);
  }

  get onDidChangeTreeData(): vscode.Event<DevEnvsNode | undefined> {
    return this.#changes.event;
  }

  get state(): DevEnvsState {
    const { store } = this.#options;
    if (!store.loaded) return 'loading';
    if (store.contexts.length === 0) return 'noCluster';
    if (this.getTop().length > 0) return 'listed';
    return store.contexts.some((context) => this.#isSignedOut(context)) ? 'signedOut' : 'empty';
  }

  getChildren(node?: DevEnvsNode): DevEnvsNode[] | Promise<DevEnvsNode[]> {
    if (node === undefined) return this.getTop();
    if (node.kind === 'cluster') return this.#below(node.name);
    return node.kind === 'devEnv' ? this.#jobsOf(node) : [];
  }

  getTop(): DevEnvsNode[] {
    const { contexts } = this.#options.store;
    const [only] = contexts;
    if (contexts.length > 1)
      return contexts.map(({ name }) => this.#node(`cluster/${name}`, { kind: 'cluster', name }));
    if (only === undefined) return [];
    const isEmpty = this.#listed(only.name).length === 0;
    // What there is to do says more than a row alone.
    return isEmpty && this.#isSignedOut(only) ? [] : this.#below(only.name);
  }

  getTreeItem(node: DevEnvsNode): vscode.TreeItem {
    const { store, words, jobs, host } = this.#options;
    switch (node.kind) {
      case 'cluster': {
        const context = this.#context(node.name);
        if (context === undefined) return new vscode.TreeItem(node.name);
        return clusterItem(context, this.#listed(node.name).length, words);
      }
      case 'devEnv': {
        const devEnv = store.get(node.context, node.devEnv);
        if (devEnv === undefined) return new vscode.TreeItem(node.devEnv);
        const context = this.#context(node.context);
        const staleSince = context?.state === 'live' ? undefined : context?.since;
        const item = devEnvItem({ devEnv, words, now: Date.now(), staleSince, isHere: host() === devEnv.host });
        this.#drawn.set(keyOf(node.context, node.devEnv), String(item.description));
        return item;
      }
      case 'job': {
        const job = jobs.get(node, node.job);
        return job === undefined ? new vscode.TreeItem(node.job) : jobItem(node, job, words, Date.now());
      }
      case 'trouble': {
        const context = this.#context(node.name);
        if (context === undefined) return new vscode.TreeItem(node.name);
        const isBelow = store.contexts.length > 1;
        return troubleItem(context, { isSignedOut: this.#isSignedOut(context), isBelow }, words);
      }
      case 'note': {
        const item = new vscode.TreeItem(node.text);
        item.tooltip = node.tooltip;
        item.contextValue = 'note';
        return item;
      }
    }
  }

  dispose(): void {
    clearInterval(this.#ticker);
    clearTimeout(this.#gathering);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changes.dispose();
  }

  /** Draws a row anew where the time has changed what it says. */
  #letGoOn(devEnv: DevEnv): void {
    const { context, name } = devEnv;
    const { goesOn, shortRow } = devEnvView(devEnv, this.#options.words.shared, Date.now());
    const key = keyOf(context, name);
    const drawn = this.#drawn.get(key);
    const isLive = this.#context(context)?.state === 'live';
    if (!isLive || !goesOn || drawn === undefined || drawn === shortRow) return;
    this.#drawn.set(key, shortRow);
    this.#changes.fire(this.#nodeOf({ context, devEnv: name }));
  }

  #drawJobs(reference: DevEnvReference): void {
    this.#drawnAsKnown.set(keyOf(reference.context, reference.devEnv), Date.now());
    this.#changes.fire(this.#nodeOf(reference));
  }

  #below(name: string): DevEnvsNode[] {
    const isStale = this.#context(name)?.state === 'stale';
    return [
      ...(isStale ? [this.#node(`trouble/${name}`, { kind: 'trouble', name })] : []),
      ...this.#listed(name).map((devEnv) => this.#nodeOf({ context: name, devEnv: devEnv.name })),
    ];
  }

  /** While VS Code waits for the rows below one, a press on one of them is lost: those that are known are drawn at once. */
  async #jobsOf(reference: DevEnvReference): Promise<DevEnvsNode[]> {
    const { jobs, words } = this.#options;
    const known = jobs.known(reference);
    const drawnAt = this.#drawnAsKnown.get(keyOf(reference.context, reference.devEnv)) ?? 0;
    if (known !== undefined && Date.now() - drawnAt > newsMs) void jobs.readAgain(reference);
    try {
      const read = known ?? (await jobs.read(reference));
      if (read.length === 0) return [{ kind: 'note', text: words.host.devEnv.noCommands, tooltip: '' }];
      return read.slice(0, mostJobs).map(({ id }): DevEnvsNode => {
        const { context, devEnv } = reference;
        return this.#node(`job/${keyOf(context, devEnv)}/${id}`, { kind: 'job', context, devEnv, job: id });
      });
    } catch (error) {
      const { message, action } = troubleIn(error, words);
      return [{ kind: 'note', text: message, tooltip: [message, action ?? ''].join('\n').trim() }];
    }
  }

  #listed(context: string): readonly DevEnv[] {
    return this.#options.store.devEnvs.filter((devEnv) => devEnv.context === context);
  }

  #context(name: string): DevEnvContext | undefined {
    return this.#options.store.contexts.find((context) => context.name === name);
  }

  #isSignedOut({ name, state }: DevEnvContext): boolean {
    return state === 'stale' && isSignedOut(this.#options.contexts.get(name));
  }

  #nodeOf({ context, devEnv }: DevEnvReference): DevEnvsNode {
    return this.#node(`devEnv/${keyOf(context, devEnv)}`, { kind: 'devEnv', context, devEnv });
  }

  /** The same thing is the same node, so that it can be drawn anew alone and stays selected. */
  #node(key: string, node: DevEnvsNode): DevEnvsNode {
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    this.#nodes.set(key, node);
    return node;
  }
}
