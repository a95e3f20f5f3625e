import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import { Clipboard, type ICommandPalette, type IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { IStateDB } from '@jupyterlab/statedb';
import type { IStatusBar } from '@jupyterlab/statusbar';
import type { ITranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { CoreConnection, FollowedRuns, RunStore } from '@slipway/shared/client';
import { adoptTokens } from '@slipway/shared/panel-tokens';
import type { HostAction } from '@slipway/shared/panels';
import type { Run } from '@slipway/shared/protocol';
import { createAccount } from './createAccount.ts';
import { createElement, type JSX, lazy } from 'react';
import { Actions } from './actions.ts';
import { addToolbarButton } from './surfaces/toolbarButton.ts';
import { registerDevEnvCommands } from './devEnvCommands.ts';
import { DevEnvLoader } from './devEnvPage.ts';
import { registerCommands } from './registerCommands.ts';
import { FollowedStorage } from './core/followedStorage.ts';
import { ArtifactDrive } from './artifacts/artifactDrive.ts';
import { HostActions } from './hostActions.ts';
import { createPanelHost } from './labPanelHost.ts';
import { createContentsFiles } from './notebook/contentsFiles.ts';
import { Notices } from './notices.ts';
import { submissionOf } from './notebook/submitNotebook.ts';
import { RunOrigins } from './runOrigins.ts';
import { ServerHalf } from './server/serverHalf.ts';
import { loadSettings } from './settings.ts';
import { ScriptLoader } from './surfaces/scriptLoader.ts';
import { PanelWidget } from './surfaces/panelWidget.ts';
import { addStyle } from './surfaces/addStyle.ts';
import { DevEnvSlot } from './surfaces/devEnvSlot.tsx';
import { addRunMenu } from './surfaces/runMenu.ts';
import { RunTabs } from './surfaces/runTabs.ts';
import { SidePanel } from './surfaces/sidePanel.tsx';
import { SidePanelModel } from './surfaces/sidePanelModel.ts';
import { StatusWidget } from './surfaces/statusWidget.tsx';
import { hostWords, troubleIn, type HostWords } from './words/index.ts';

declare const SLIPWAY_VERSION: string;
/** The file with the panels, which is named by its content. */
declare const SLIPWAY_PANELS: string;
/** The file with all about DevEnvs, named so, too. */
declare const SLIPWAY_DEVENVS: string;
/** What is in style/, in one. */
declare const SLIPWAY_STYLE: string;

/** A page that only loads shows no panel. */
const ContextsSection = lazy(() => import('./contexts/contextsSection.tsx'));

export interface LabServices {
  readonly app: JupyterFrontEnd;
  readonly notebooks: INotebookTracker;
  readonly documents: IDocumentManager;
  readonly palette: ICommandPalette | undefined;
  readonly restorer: ILayoutRestorer | undefined;
  readonly registry: ISettingRegistry | undefined;
  readonly memory: IStateDB | undefined;
  readonly statusBar: IStatusBar | undefined;
  readonly translator: ITranslator | undefined;
  readonly toolbars: IToolbarWidgetRegistry | undefined;
  readonly browsers: IFileBrowserFactory | undefined;
}

/** Puts the parts together. Asks the server half for its status and nothing else: no Node starts for a page that loads. */
export async function activate(lab: LabServices): Promise<void> {
  const { app, notebooks } = lab;
  adoptTokens(document);
  addStyle(SLIPWAY_STYLE);
  const now = (): number => Date.now();
  const words = hostWords(lab.translator?.languageCode);
  addToolbarButton(lab, words);
  const never = new AbortController().signal;
  const server = new ServerHalf(app.serviceManager.serverSettings);
  const loaderOf = (file: string, message: string): ScriptLoader =>
    new ScriptLoader(server.panelsUrl(file), { message, action: words.lab.reloadForPanels });

  const { contents } = app.serviceManager;
  const files = createContentsFiles(contents);
  const core = new CoreConnection({
    host: { name: 'jupyterlab', version: SLIPWAY_VERSION },
    locale: words.locale,
    // The core serves all tabs of a server, and leaves when none needs it.
    whenIdle: 'leave',
    connect: async (signal) => {
      // A page that only loads speaks to no core.
      const { connectToCore } = await import('./core/connectToCore.ts');
      const onProblem = (error: unknown): void => notices.failed(error);
      const openSocket = (): WebSocket => server.openSocket();
      return connectToCore({ openSocket, words: words.lab, files, onProblem }, signal);
    },
    after: (delayMs, work) => {
      const timer = setTimeout(work, delayMs);
      return { dispose: () => clearTimeout(timer) };
    },
  });
  const store = new RunStore(core, now);
  store.onUnfinished((unfinished) => {
    // The next page asks anew: a number that could not be kept costs it one start of Node at most.
    server.tellUnfinished(unfinished, never).catch(() => undefined);
  });
  const { contexts, account, gate } = createAccount({
    core,
    server,
    words,
    notices: () => notices,
    chooseContext: (context) => chooseContext(context),
    showPanel: () => app.shell.activateById(panel.id),
  });
  const origins = new RunOrigins(localStorage);
  const followed = new FollowedRuns(new FollowedStorage(sessionStorage));
  const openRun = ({ context, name, title }: Run): void => tabs.open({ kind: 'detail', context, run: name, title });
  const notices = new Notices(words, now, openRun);
  const known = {
    names: () => core.contexts,
    current: () => contexts.contexts.find(({ current }) => current)?.name,
  };
  const settings = await loadSettings(lab.registry, known, () => model.update());
  const chooseContext = (context: string): void =>
    void settings.chooseContext(context).catch((error: unknown) => notices.failed(error));
  const follow = (run: Run): void => void followed.follow(run).catch((error: unknown) => notices.failed(error));
  const actions = new Actions({
    core,
    store,
    notices,
    gate,
    words,
    settings,
    contents,
    contentsRoot: (signal) => server.contentsRoot(signal),
    openRun,
    origins,
    follow,
  });
  const openTab = (kind: 'detail' | 'logs', context: string, run: string, step?: string): void =>
    tabs.open({ kind, context, run, title: store.get(context, run)?.title ?? run }, step);
  const openRerun = (context: string, run: string): void =>
    tabs.openForm(store.get(context, run)?.title ?? run, { rerun: { context, run }, contexts: core.contexts });
  const drive = new ArtifactDrive(server, app.serviceManager.serverSettings);
  contents.addDrive(drive);
  const hostActions = new HostActions({
    lab,
    server,
    core,
    drive,
    words,
    origins,
    openTab,
    openRerun,
    closeForm: () => tabs.closeForm(),
  });
  const perform = (action: HostAction): Promise<void> => hostActions.perform(action);
  const host = createPanelHost(core, gate, perform, lab.memory, words, (run) => {
    follow(run);
    store.put(run);
  });
  const panels = loaderOf(SLIPWAY_PANELS, words.lab.noPanels);
  const tabs = new RunTabs(
    app.shell,
    words,
    (tag) =>
      new PanelWidget({
        tag,
        host,
        held: core.hold(),
        load: () => panels.load(),
        onFailure: (error) => notices.failed(error),
      }),
  );
  const runNotebook = (): void => {
    const panel = notebooks.currentWidget;
    if (panel !== null) void actions.runNotebook(panel);
  };
  const openForm = async (): Promise<void> => {
    const notebook = notebooks.currentWidget;
    if (notebook === null) return;
    try {
      const root = await server.contentsRoot(never);
      const submission = await submissionOf(notebook, settings.context, contents, root);
      tabs.openForm(notebook.title.label, { submission, contexts: core.contexts });
    } catch (error) {
      notices.failed(error);
    }
  };
  const model = new SidePanelModel(
    words,
    {
      runNotebook,
      chooseContext,
      openRun,
      openLogs: ({ context, name }) => openTab('logs', context, name),
      cancel: (run) => void actions.cancel(run),
      rerun: (run) => void actions.rerun(run),
      retry: (run) => void actions.retry(run),
      connect: () => void core.open(never).catch(() => undefined),
      copy: (text) => Clipboard.copyToSystem(text),
    },
    account,
    now,
    () => ({
      runs: store.runs,
      contexts: store.contexts,
      staleSince: store.staleSince,
      chosenContext: settings.context,
      notebook: notebooks.currentWidget?.title.label,
      loaded: store.loaded,
      failure: core.connected || core.failure === undefined ? undefined : troubleIn(core.failure, words),
    }),
  );
  const changed = new Signal<RunStore, undefined>(store);
  store.onChange(() => {
    model.update();
    changed.emit(undefined);
  });
  account.onChange(() => model.update());
  notebooks.currentChanged.connect(() => model.update());
  store.onEnd((ended) => {
    followed.claim(ended).then(
      (mine) => mine.forEach((run) => notices.ended(run)),
      (error: unknown) => notices.failed(error),
    );
  });

  const devEnvScript = loaderOf(SLIPWAY_DEVENVS, words.lab.noDevEnvScript);
  const devEnvs = new DevEnvLoader(
    {
      app,
      core,
      account,
      gate,
      notices,
      words,
      contents,
      contentsRoot: (signal) => server.contentsRoot(signal),
      documents: lab.documents,
      browser: () => lab.browsers?.tracker.currentWidget ?? undefined,
      elsewhere: (signal) => server.elsewhere(window.location.hostname, signal),
      chosenContext: () => settings.context,
      showPanel: () => app.shell.activateById(panel.id),
      copy: (text) => Clipboard.copyToSystem(text),
      now,
    },
    () => devEnvScript.load(),
  );
  const slot = {
    words,
    load: async () => (await devEnvs.load()).Section,
    troubleIn: (error: unknown) => troubleIn(error, words),
  };
  const DevEnvsPart = (props: { readonly isShown: boolean }): JSX.Element =>
    createElement(DevEnvSlot, { ...slot, ...props });
  const panel = new SidePanel(model, ContextsSection, DevEnvsPart, () => core.hold());
  app.shell.add(panel, 'right', { rank: 900 });
  lab.restorer?.add(panel, panel.id);
  lab.statusBar?.registerStatusItem('slipway:status', {
    align: 'left',
    rank: 3,
    item: new StatusWidget({
      words,
      changed,
      runs: () => store.runs,
      staleSince: store.staleSince,
      now,
      open: ({ context, run }) => openTab('detail', context, run),
    }),
  });
  addRunMenu({
    app,
    words,
    get: (context, run) => store.get(context, run),
    isAway: (context) => store.staleSince(context) !== undefined,
    actions: {
      openRun,
      openLogs: ({ context, name }) => openTab('logs', context, name),
      cancel: (run) => void actions.cancel(run),
      rerun: (run) => void actions.rerun(run),
      retry: (run) => void actions.retry(run),
      editAndRerun: (run) => openRerun(run.context, run.name),
      delete: (run) => void actions.delete(run),
    },
  });
  registerDevEnvCommands(lab, words, devEnvs);
  registerCommands({
    lab,
    words,
    tabs,
    runNotebook,
    openForm,
    openTab,
    showRuns: () => app.shell.activateById(panel.id),
  });

  // Not waited for: JupyterLab shows itself once all its plugins are there, and Node may take its time.
  void greet(server, core, notices, words);
}

/** Warns where page and server do not match, and goes on with what was unfinished when a page last looked. */
async function greet(
  server: Pick<ServerHalf, 'status'>,
  core: Pick<CoreConnection, 'open'>,
  notices: Pick<Notices, 'warn' | 'failed'>,
  words: HostWords,
): Promise<void> {
  const { signal } = new AbortController();
  try {
    const { version, unfinished } = await server.status(signal);
    if (version !== SLIPWAY_VERSION) notices.warn(words.lab.versions(SLIPWAY_VERSION, version));
    // Whoever starts a run here wants to hear of its end after a reload, too.
    if (unfinished > 0) await core.open(signal);
  } catch (error) {
    notices.failed(error);
  }
}
