import type { CoreConnection, RunStore } from '@slipway/shared/client';
import type { HostAction } from '@slipway/shared/panels';
import { SlipwayError, type Artifact, type Run } from '@slipway/shared/protocol';
import { retryOf } from '@slipway/shared/views';
import * as vscode from 'vscode';
import { workspaceFile } from './notebook/workspaceFile.ts';
import type { RunReference } from './runs/runReference.ts';
import { type ArtifactFiles, artifactUri } from './surfaces/artifactFiles.ts';
import type { FailedCells } from './surfaces/failedCell.ts';
import { LogTerminal } from './surfaces/logTerminal.ts';
import type { Notices } from './surfaces/notices.ts';
import type { Panels } from './surfaces/panels.ts';
import { plainMessage } from './surfaces/plainText.ts';
import { showReport } from './surfaces/reportPanel.ts';
import { TestResults } from './surfaces/testResults.ts';
import type { WindowWords } from './words/index.ts';

export interface RunActionsOptions {
  readonly core: CoreConnection;
  readonly store: RunStore;
  readonly panels: () => Panels;
  readonly artifacts: ArtifactFiles;
  readonly failedCells: FailedCells;
  readonly notices: Notices;
  readonly words: WindowWords;
  readonly signal: AbortSignal;
  readonly onStarted: (run: Run) => void;
}

/** What can be done with a run: by trees, menus, notifications and panels alike. */
export class RunActions {
  readonly #options: RunActionsOptions;
  #tests: TestResults | undefined;

  constructor(options: RunActionsOptions) {
    this.#options = options;
  }

  async openRun(reference: RunReference): Promise<void> {
    const run = await this.#run(reference);
    this.#options.panels().show({ element: 'slipway-run-detail', ...reference }, run.title);
  }

  async openLogs(reference: RunReference, step?: string): Promise<void> {
    const { title } = await this.#run(reference);
    const shown = { element: 'slipway-log-view', ...reference, ...(step !== undefined && { step }) } as const;
    this.#options.panels().show(shown, this.#options.words.host.logOf(title));
  }

  async followLog(reference: RunReference): Promise<void> {
    const { title } = await this.#run(reference);
    const pty = new LogTerminal(this.#options.core, reference);
    vscode.window.createTerminal({ name: this.#options.words.host.logOf(title), pty }).show();
  }

  async cancel(reference: RunReference): Promise<void> {
    const { core, store, signal } = this.#options;
    store.put(await core.request('runs/cancel', reference, signal));
  }

  async again(kind: 'rerun' | 'retry', reference: RunReference): Promise<void> {
    const { core, store, signal, onStarted } = this.#options;
    const from = kind === 'retry' ? retryOf(await this.#run(reference))?.from : undefined;
    const params = { ...reference, ...(from !== undefined && { from }) };
    const run = await core.request(kind === 'rerun' ? 'runs/rerun' : 'runs/retry', params, signal);
    store.put(run);
    onStarted(run);
    await this.openRun({ context: run.context, run: run.name });
  }

  async editAndRerun(reference: RunReference): Promise<void> {
    const { title } = await this.#run(reference);
    const { core, panels, words } = this.#options;
    panels().show({ element: 'slipway-run-form', contexts: core.contexts, rerun: reference }, words.host.formOf(title));
  }

  async delete(reference: RunReference): Promise<void> {
    const { core, store, words, signal } = this.#options;
    const { title } = await this.#run(reference);
    const question = plainMessage(words.host.confirmDelete(title));
    if ((await vscode.window.showWarningMessage(question, { modal: true }, words.host.delete)) === undefined) return;
    await core.request('runs/delete', reference, signal);
    store.remove(reference.context, reference.run);
  }

  async openNotebook(reference: RunReference): Promise<void> {
    const run = await this.#run(reference);
    const known = await this.#byRole(reference, 'executedNotebook');
    // As long as the run goes on its index does not exist; the file has the name that papermill was given.
    const path = known?.path ?? `output/${run.title.replace(/\.ipynb$/, '')}_output.ipynb`;
    try {
      await this.openArtifact(reference, path);
    } catch (error) {
      const { artifacts, notices, words } = this.#options;
      if (await artifacts.exists(artifactUri(reference, path))) throw error;
      notices.info(words.host.noExecuted);
    }
  }

  async openReport(reference: RunReference): Promise<void> {
    const report = await this.#byRole(reference, 'report');
    if (report === undefined) this.#options.notices.info(this.#options.words.host.noReport);
    else await this.openArtifact(reference, report.path);
  }

  async openArtifact(reference: RunReference, path: string): Promise<void> {
    const uri = artifactUri(reference, path);
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (/\.html?$/i.test(name)) {
      const html = new TextDecoder().decode(await this.#options.artifacts.readFile(uri));
      showReport(html, name, this.#options.words.host.sandboxed);
    } else if (name.endsWith('.ipynb')) {
      const document = await vscode.workspace.openNotebookDocument(uri);
      await vscode.window.showNotebookDocument(document, { preview: false });
    } else await vscode.commands.executeCommand('vscode.open', uri);
  }

  async saveArtifact(reference: RunReference, path: string): Promise<void> {
    const name = path.slice(path.lastIndexOf('/') + 1);
    await this.#save(name, () => this.#options.artifacts.readBytes(artifactUri(reference, path)));
  }

  async saveLog(reference: RunReference): Promise<void> {
    const { core, signal } = this.#options;
    await this.#save(`${reference.run}.log`, async () => {
      const parts: Buffer[] = [];
      let position = '';
      for (;;) {
        const page = await core.request('logs/read', { ...reference, position }, signal);
        for (const { data, encoding } of page.batches) parts.push(Buffer.from(data, encoding));
        if (page.end || page.batches.length === 0) return Buffer.concat(parts);
        position = page.next;
      }
    });
  }

  async openFailedCell(reference: RunReference): Promise<void> {
    const { core, failedCells, notices, signal } = this.#options;
    const run = await this.#run(reference);
    const failed = run.failedCell ?? (await core.request('artifacts/failedCell', reference, signal));
    const why = await failedCells.open(run, failed);
    if (why !== undefined) notices.info(why);
  }

  async showTests(reference: RunReference): Promise<void> {
    const { core, notices, words, signal } = this.#options;
    const run = await this.#run(reference);
    const [report, coverage] = await Promise.all([
      core.request('artifacts/tests', reference, signal),
      core.request('artifacts/coverage', reference, signal),
    ]);
    if (report === null) {
      notices.info(words.host.noTests);
      return;
    }
    const folders = foldersOf(run);
    this.#tests?.dispose();
    this.#tests = new TestResults(words.host, (path) => workspaceFile(path, folders));
    await this.#tests.show(run, report, coverage);
    await vscode.commands.executeCommand('workbench.view.testing.focus');
  }

  /** @throws SlipwayError for the panel to show */
  async perform(action: HostAction): Promise<void> {
    switch (action.kind) {
      case 'openRun':
        return this.openRun(referenceIn(action));
      case 'openLogs':
        return this.openLogs(referenceIn(action), action.step);
      case 'openArtifact':
        return this.openArtifact(referenceIn(action), action.path);
      case 'saveArtifact':
        return this.saveArtifact(referenceIn(action), action.path);
      case 'saveLog':
        return this.saveLog(referenceIn(action));
      case 'openFailedCell':
        return this.openFailedCell(referenceIn(action));
      case 'editAndRerun':
        return this.editAndRerun(referenceIn(action));
      case 'showManifest': {
        const document = await vscode.workspace.openTextDocument({ language: 'yaml', content: action.manifest });
        await vscode.window.showTextDocument(document);
        return;
      }
      case 'copy':
        await vscode.env.clipboard.writeText(action.text);
        return;
      case 'close':
        return;
    }
  }

  dispose(): void {
    this.#tests?.dispose();
  }

  async #run(reference: RunReference): Promise<Run> {
    const { core, store, signal } = this.#options;
    return store.get(reference.context, reference.run) ?? (await core.request('runs/get', reference, signal));
  }

  async #byRole(reference: RunReference, role: Artifact['role']): Promise<Artifact | undefined> {
    const { core, signal } = this.#options;
    try {
      const { artifacts } = await core.request('artifacts/list', reference, signal);
      return artifacts.find((artifact) => artifact.role === role);
    } catch (error) {
      if (SlipwayError.is(error, 'artifact.notFound') || SlipwayError.is(error, 'run.conflict')) return undefined;
      throw error;
    }
  }

  async #save(name: string, read: () => Promise<Uint8Array>): Promise<void> {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    const uri = await vscode.window.showSaveDialog(
      folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder.uri, name) },
    );
    if (uri === undefined) return;
    await vscode.workspace.fs.writeFile(uri, await read());
    this.#options.notices.info(this.#options.words.host.saved(name));
  }
}

function referenceIn({ context, run }: RunReference): RunReference {
  return { context, run };
}

function foldersOf({ source }: Run): vscode.Uri[] {
  const own = source?.path.startsWith('/') === true ? [vscode.Uri.joinPath(vscode.Uri.file(source.path), '..')] : [];
  return [...own, ...(vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri)];
}
