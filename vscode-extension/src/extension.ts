import { join } from 'node:path';
import { ContextStore, CoreConnection, FollowedRuns, RunStore } from '@slipway/shared/client';
import { type Run, SlipwayError, terminalStates } from '@slipway/shared/protocol';
import * as vscode from 'vscode';
import { ChosenContext } from './chosenContext.ts';
import { registerCommands } from './commands.ts';
import { nodeRuntime } from './core/nodeRuntime.ts';
import { onlyWhenTrusted } from './core/onlyWhenTrusted.ts';
import { openDevEnvRoom } from './devenvs/devEnvRoom.ts';
import { Accounts } from './identity/accounts.ts';
import { browserIsHere } from './identity/browserIsHere.ts';
import { ContextActions, type ContextActionsOptions } from './identity/contextActions.ts';
import { SignInView, type SignInViewOptions } from './identity/signInView.ts';
import { WorkspaceFiles } from './notebook/workspaceFiles.ts';
import { RunActions } from './runActions.ts';
import { FollowedFolder } from './runs/followedFolder.ts';
import { ArtifactFiles, artifactScheme } from './surfaces/artifactFiles.ts';
import { ContextsTree } from './surfaces/contextsTree.ts';
import { FailedCells } from './surfaces/failedCell.ts';
import { Notices } from './surfaces/notices.ts';
import { Panels } from './surfaces/panels.ts';
import { RunsFilter } from './surfaces/runsFilter.ts';
import { RunsTree } from './surfaces/runsTree.ts';
import { StatusBar } from './surfaces/statusBar.ts';
import { type WindowWords, windowWords } from './words/index.ts';

declare const SLIPWAY_VERSION: string;

/** What tests in the extension host are given; other extensions get nothing. */
export interface ForTests {
  readonly core: CoreConnection;
  readonly store: RunStore;
}

/** Puts the parts together. Waits for nothing: the core starts when something is first asked of it. */
export function activate(context: vscode.ExtensionContext): ForTests | undefined {
  const words = windowWords(vscode.env.language);
  const log = vscode.window.createOutputChannel('Slipway', { log: true });
  const ending = new AbortController();
  const files = new WorkspaceFiles();
  const core = createCore(context, files, words, log);
  const store = new RunStore(core, Date.now);
  const contexts = new ContextStore(core, (error) => log.error(String(error)));
  const followed = new FollowedRuns(new FollowedFolder(join(context.globalStorageUri.fsPath, 'followed')));
  const chosen = new ChosenContext(context.workspaceState, core, contexts, words, ending.signal);
  const notices = new Notices(store, followed, words, log);
  const artifacts = new ArtifactFiles(core, store, { plain: words.host.plainOutput, cut: words.host.cutOutput });
  const failedCells = new FailedCells(words.host);
  const status = new StatusBar(store, contexts, words, () => chosen.name);
  const { identity, signInView, accounts } = createIdentity({
    core,
    contexts,
    words,
    notices,
    chosen: () => chosen.name,
    browserIsHere: () => browserIsHere(context.extension.extensionKind),
    signal: ending.signal,
  });
  const devEnvs = openDevEnvRoom({
    core,
    contexts,
    identity,
    notices,
    words,
    log,
    memory: context.globalState,
    chosen: () => chosen.name,
    browserIsHere: () => browserIsHere(context.extension.extensionKind),
    signal: ending.signal,
  });
  chosen.preferHere(devEnvs.context);
  const onStarted = (run: Run): void => {
    notices.started(run);
    followed.follow(run).catch((error: unknown) => notices.failed(error));
  };
  const actions: RunActions = new RunActions({
    core,
    store,
    panels: () => panels,
    artifacts,
    failedCells,
    notices,
    words,
    signal: ending.signal,
    onStarted,
  });
  const panels: Panels = new Panels({
    core,
    extensionUri: context.extensionUri,
    memory: context.globalState,
    words,
    log,
    onStarted,
    perform: (action) => actions.perform(action),
  });
  const open = (): void => {
    core.open(ending.signal).catch((error: unknown) => log.error(String(error)));
  };
  const { filter, parts } = registerTrees(store, contexts, words, chosen, open);
  context.subscriptions.push(
    log,
    status,
    notices,
    artifacts,
    failedCells,
    actions,
    panels,
    signInView,
    accounts,
    contexts,
    ...parts,
    ...devEnvs.parts,
    ...registerCommands({
      core,
      store,
      files,
      chosen,
      actions,
      panels,
      notices,
      failedCells,
      filter,
      identity,
      signInView,
      words,
      onStarted,
      signal: ending.signal,
    }),
    vscode.workspace.registerFileSystemProvider(artifactScheme, artifacts, { isCaseSensitive: true, isReadonly: true }),
    chosen.onChange(() => status.show()),
    store,
    core,
    { dispose: () => ending.abort(new SlipwayError('cancelled', 'The window is closing.')) },
  );
  // A run that this user was to be told of may have ended, or go on, since the last window was closed.
  followed
    .any()
    .catch((error: unknown) => {
      log.error(String(error));
      return false;
    })
    .then((any) => {
      status.appear(any);
      if (any) open();
    })
    .catch((error: unknown) => log.error(String(error)));
  return context.extensionMode === vscode.ExtensionMode.Test ? { core, store } : undefined;
}

/** Signing in, and what else is done with contexts. */
function createIdentity(
  options: Omit<ContextActionsOptions, 'view'> & SignInViewOptions & { readonly contexts: ContextStore },
): { readonly identity: ContextActions; readonly signInView: SignInView; readonly accounts: Accounts } {
  const signInView = new SignInView(options);
  const identity = new ContextActions({ ...options, view: signInView });
  const accounts = new Accounts(options.contexts, options.words.shared.product, {
    signIn: (context) => identity.signIn(context),
    signOut: (context) => identity.signOut(context),
  });
  return { identity, signInView, accounts };
}

function createCore(
  context: vscode.ExtensionContext,
  files: WorkspaceFiles,
  { host }: WindowWords,
  log: vscode.LogOutputChannel,
): CoreConnection {
  return new CoreConnection({
    host: { name: 'vscode', version: SLIPWAY_VERSION },
    locale: vscode.env.language,
    // A child of this window's own: it lives as long as the window.
    whenIdle: 'keep',
    after: (delayMs, work) => {
      const timer = setTimeout(work, delayMs);
      return { dispose: () => clearTimeout(timer) };
    },
    connect: async () => {
      // Loaded here and not at activation, which has to be over at once.
      const { startCore } = await import('./core/coreProcess.ts');
      const nodePath = vscode.workspace.getConfiguration('slipway').get<string>('nodePath', '');
      const isElectron = process.versions.electron !== undefined;
      const client = startCore({
        runtime: nodeRuntime(nodePath, { execPath: process.execPath, isElectron, env: process.env }),
        script: context.asAbsolutePath('dist/core/slipway.js'),
        files: files.answers,
        log: (text) => log.info(text),
      });
      const refusal = { message: host.notTrusted, action: host.trustFirst };
      return onlyWhenTrusted(client, () => vscode.workspace.isTrusted, refusal);
    },
  });
}

function registerTrees(
  store: RunStore,
  summaries: ContextStore,
  words: ReturnType<typeof windowWords>,
  chosen: ChosenContext,
  open: () => void,
): { readonly filter: RunsFilter; readonly parts: readonly { dispose(): unknown }[] } {
  let isVisible = (): boolean => false;
  const runs = new RunsTree(store, summaries, words, () => isVisible());
  const contexts = new ContextsTree(store, summaries, words, () => chosen.name);
  const runsView = vscode.window.createTreeView('slipway.runs', { treeDataProvider: runs, showCollapseAll: true });
  const contextsView = vscode.window.createTreeView('slipway.contexts', { treeDataProvider: contexts });
  isVisible = () => runsView.visible;
  const filter = new RunsFilter(runs, runsView, store, words);
  const show = ({ visible }: { readonly visible: boolean }): void => {
    if (visible) open();
  };
  if (runsView.visible) open();
  const onStore = store.onChange(() => {
    const active = store.runs.filter(({ state }) => !terminalStates.has(state)).length;
    runsView.badge = active === 0 ? undefined : { value: active, tooltip: words.shared.activeRuns(active) };
    void vscode.commands.executeCommand('setContext', 'slipway.loaded', store.loaded);
  });
  const onContexts = summaries.onChange(() => {
    const { message, action } = summaries.problem ?? {};
    contextsView.message = [message ?? '', action ?? ''].join(' ').trim();
  });
  const parts = [
    runs,
    filter,
    contexts,
    runsView,
    contextsView,
    runsView.onDidChangeVisibility(show),
    contextsView.onDidChangeVisibility(show),
    onStore,
    onContexts,
    chosen.onChange(() => contexts.show()),
  ];
  return { filter, parts };
}
