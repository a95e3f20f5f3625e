import type { CoreConnection, RunStore } from '@slipway/shared/client';
import { type Run, terminalStates } from '@slipway/shared/protocol';
import { newestFirst, runView } from '@slipway/shared/views';
import * as vscode from 'vscode';
import type { ChosenContext } from './chosenContext.ts';
import type { ContextActions } from './identity/contextActions.ts';
import type { SignInView } from './identity/signInView.ts';
import { fileInFront, runnableFiles } from './notebook/runnableFiles.ts';
import { submissionOf } from './notebook/submission.ts';
import type { WorkspaceFiles } from './notebook/workspaceFiles.ts';
import type { RunActions } from './runActions.ts';
import { referenceOf, type RunReference } from './runs/runReference.ts';
import type { FailedCells } from './surfaces/failedCell.ts';
import type { Notices } from './surfaces/notices.ts';
import type { Panels } from './surfaces/panels.ts';
import { plainMessage, withoutIcons } from './surfaces/plainText.ts';
import type { RunsFilter } from './surfaces/runsFilter.ts';
import type { WindowWords } from './words/index.ts';

export interface CommandsOptions {
  readonly core: CoreConnection;
  readonly store: RunStore;
  readonly files: WorkspaceFiles;
  readonly chosen: ChosenContext;
  readonly actions: RunActions;
  readonly panels: Panels;
  readonly notices: Notices;
  readonly failedCells: FailedCells;
  readonly filter: RunsFilter;
  readonly identity: ContextActions;
  readonly signInView: SignInView;
  readonly words: WindowWords;
  readonly onStarted: (run: Run) => void;
  readonly signal: AbortSignal;
}

/** Registers every command of package.json. What goes wrong in one is told to the user. */
export function registerCommands(options: CommandsOptions): vscode.Disposable[] {
  const { actions, store, chosen, notices, identity } = options;
  const register = (name: string, work: (argument: unknown) => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(`slipway.${name}`, async (argument: unknown) => {
      try {
        const context = referenceOf(argument)?.context ?? chosen.name;
        return await identity.signedIn(context, async () => await work(argument));
      } catch (error) {
        notices.failed(error);
        return undefined;
      }
    });
  const onRun = (name: string, work: (reference: RunReference) => Promise<void>): vscode.Disposable =>
    register(name, async (argument) => {
      const reference = referenceOf(argument);
      if (reference !== undefined) await work(reference);
    });
  return [
    register('run', (argument) => run(argument, options)),
    register('runWithOptions', (argument) => openForm(argument, options)),
    onRun('openRun', (reference) => actions.openRun(reference)),
    onRun('openLogs', (reference) => actions.openLogs(reference)),
    onRun('followLog', (reference) => actions.followLog(reference)),
    onRun('cancel', (reference) => actions.cancel(reference)),
    onRun('rerun', (reference) => actions.again('rerun', reference)),
    onRun('retry', (reference) => actions.again('retry', reference)),
    onRun('editAndRerun', (reference) => actions.editAndRerun(reference)),
    onRun('delete', (reference) => actions.delete(reference)),
    onRun('openNotebook', (reference) => actions.openNotebook(reference)),
    onRun('openReport', (reference) => actions.openReport(reference)),
    onRun('openFailedCell', (reference) => actions.openFailedCell(reference)),
    onRun('showTests', (reference) => actions.showTests(reference)),
    ...contextCommands(register, options),
    register('refresh', async () => {
      await options.core.open(options.signal);
      store.refresh();
    }),
    register('filterRuns', () => options.filter.ask()),
    register('clearFilter', () => options.filter.clear()),
    register('statusClicked', () => openActive(options)),
  ];
}

type Register = (name: string, work: (argument: unknown) => unknown) => vscode.Disposable;

/** Where to run, and as whom. */
function contextCommands(register: Register, { chosen, identity, signInView }: CommandsOptions): vscode.Disposable[] {
  const onContext = (name: string, work: (context: string) => Promise<void>): vscode.Disposable =>
    register(name, (argument) => work(contextOf(argument) ?? chosen.name));
  return [
    register('chooseContext', () => chosen.ask()),
    onContext('useContext', (context) => chosen.use(context)),
    register('signIn', (argument) => identity.signIn(contextOf(argument))),
    register('signOut', (argument) => identity.signOut(contextOf(argument))),
    register('addContext', () => identity.add()),
    register('editContexts', () => identity.edit()),
    onContext('whoami', (context) => identity.whoAmI(context)),
    onContext('removeContext', (context) => identity.remove(context)),
    onContext('chooseSpace', (context) => identity.chooseSpace(context)),
    register('signInWithCode', () => signInView.another('device')),
    register('openSignInPage', () => signInView.openPage()),
    register('pasteSignInAddress', () => signInView.pasteAddress()),
  ];
}

/** The context that a row of the tree, or another part of this extension, names. */
function contextOf(argument: unknown): string | undefined {
  if (typeof argument === 'string') return argument;
  if (typeof argument !== 'object' || argument === null || !('name' in argument)) return undefined;
  return typeof argument.name === 'string' ? argument.name : undefined;
}

/** Sends the file that it is about and shows its run; resolves to the run. */
async function run(argument: unknown, options: CommandsOptions): Promise<Run | undefined> {
  const { core, store, actions, chosen, failedCells, words, onStarted, signal } = options;
  const uri = await fileToRun(argument, options);
  if (uri === undefined) return undefined;
  const title = plainMessage(words.host.submitting(uri.path.slice(uri.path.lastIndexOf('/') + 1)));
  const started = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const cancelling = new AbortController();
      token.onCancellationRequested(() => cancelling.abort());
      const until = AbortSignal.any([cancelling.signal, signal]);
      const told = core.onNotification('submit/progress', ({ text }) =>
        progress.report({ message: plainMessage(text) }),
      );
      try {
        await core.open(signal);
        const python = (): string => vscode.workspace.getConfiguration('slipway', uri).get<string>('python', '');
        const submission = await submissionOf(uri, chosen.name, { core, files: options.files, python }, until);
        return await core.request('runs/submit', submission, until);
      } finally {
        told.dispose();
      }
    },
  );
  failedCells.started(started, uri);
  onStarted(started);
  store.put(started);
  await actions.openRun({ context: started.context, run: started.name });
  return started;
}

/** The file that a command is about; where none is in front, as in the walkthrough, one that is chosen. */
async function fileToRun(argument: unknown, { notices, words }: CommandsOptions): Promise<vscode.Uri | undefined> {
  const inFront = fileInFront(argument);
  if (inFront !== undefined) return inFront;
  const files = await runnableFiles();
  if (files.length === 0) {
    notices.info(words.host.noFile);
    return undefined;
  }
  const items = files.map((uri) => ({ label: withoutIcons(vscode.workspace.asRelativePath(uri)), uri }));
  return (await vscode.window.showQuickPick(items, { title: words.host.chooseFile }))?.uri;
}

async function openForm(argument: unknown, options: CommandsOptions): Promise<void> {
  const { core, chosen, panels, words, signal } = options;
  const uri = await fileToRun(argument, options);
  if (uri === undefined) return;
  await core.open(signal);
  const python = (): string => vscode.workspace.getConfiguration('slipway', uri).get<string>('python', '');
  const submission = await submissionOf(uri, chosen.name, { core, files: options.files, python }, signal);
  const title = words.host.formOf(uri.path.slice(uri.path.lastIndexOf('/') + 1));
  panels.show({ element: 'slipway-run-form', contexts: core.contexts, submission }, title);
}

/** The active run, or a choice of them; without any the newest. */
async function openActive({ store, actions, words }: CommandsOptions): Promise<void> {
  const sorted = newestFirst(store.runs);
  const active = sorted.filter(({ state }) => !terminalStates.has(state));
  const [only] = active.length === 0 ? sorted : active;
  if (only === undefined) return;
  if (active.length <= 1) {
    await actions.openRun({ context: only.context, run: only.name });
    return;
  }
  const items = active.map((each) => {
    const view = runView(each, words.shared, Date.now());
    const description = [view.word, view.detail, view.elapsed].join(' · ');
    return { label: withoutIcons(each.title), description: withoutIcons(description), run: each };
  });
  const picked = await vscode.window.showQuickPick(items, { title: words.host.activeRuns });
  if (picked !== undefined) await actions.openRun({ context: picked.run.context, run: picked.run.name });
}
