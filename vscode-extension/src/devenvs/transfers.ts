import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import { devEnvWorkspace, type RequestResult, SlipwayError } from '@slipway/shared/protocol';
import { shownText, transferInWords, transferOutcomeInWords, transferPercent } from '@slipway/shared/views';
import * as vscode from 'vscode';
import { plainMessage } from '../surfaces/plainText.ts';
import type { DevEnvParts } from './devEnvActions.ts';
import { type DevEnvReference, named } from './devEnvReference.ts';

export interface TransfersOptions extends DevEnvParts {
  readonly log: Pick<vscode.LogOutputChannel, 'info' | 'show'>;
}

type Direction = 'transfer/upload' | 'transfer/download';
type Outcome = RequestResult<'transfer/upload'>;

/** Files between this machine and a DevEnv, with how far it is and how long it takes. */
export class Transfers {
  readonly #options: TransfersOptions;

  constructor(options: TransfersOptions) {
    this.#options = options;
  }

  /** @param files what to send; asked for where none is given */
  async upload(reference: DevEnvReference, files: readonly vscode.Uri[] = []): Promise<void> {
    const { words } = this.#options;
    const { transfer } = words.shared.devEnv;
    const chosen = files.length > 0 ? files : await this.#chooseFiles();
    if (chosen.length === 0) return;
    const local = chosen.map((uri) => pathOnDisk(uri));
    const name = shownText(reference.devEnv);
    const to = await this.#askRemote(transfer.chooseRemote(name), devEnvWorkspace);
    if (to === undefined) return;
    const done = await this.#move('transfer/upload', reference, { local, remote: [to] });
    if (done !== undefined) await this.#tell(transfer.uploaded(`${name}:${shownText(to)}`), done);
  }

  async download(reference: DevEnvReference): Promise<void> {
    const { words } = this.#options;
    const { transfer } = words.shared.devEnv;
    const name = shownText(reference.devEnv);
    const from = await this.#askRemote(transfer.chooseRemoteFiles(name), `${devEnvWorkspace}/`);
    if (from === undefined) return;
    const [folder] =
      (await vscode.window.showOpenDialog({
        title: transfer.chooseLocal,
        openLabel: words.host.devEnv.downloadHere,
        canSelectFiles: false,
        canSelectFolders: true,
        defaultUri: folderHere(),
      })) ?? [];
    if (folder === undefined) return;
    const local = pathOnDisk(folder);
    const done = await this.#move('transfer/download', reference, { local: [local], remote: [from] });
    if (done !== undefined) await this.#tell(transfer.downloaded(local), done);
  }

  async #chooseFiles(): Promise<readonly vscode.Uri[]> {
    const { words } = this.#options;
    const chosen = await vscode.window.showOpenDialog({
      title: words.shared.devEnv.transfer.chooseFiles,
      openLabel: words.host.devEnv.upload,
      canSelectFiles: true,
      canSelectFolders: true,
      canSelectMany: true,
      defaultUri: folderHere(),
    });
    return chosen ?? [];
  }

  async #askRemote(title: string, value: string): Promise<string | undefined> {
    const { transfer } = this.#options.words.shared.devEnv;
    const typed = await vscode.window.showInputBox({ title, value, prompt: transfer.relative, ignoreFocusOut: true });
    return typed?.trim() === '' ? undefined : typed?.trim();
  }

  /** @returns undefined where somebody broke it off */
  async #move(
    direction: Direction,
    reference: DevEnvReference,
    files: { readonly local: string[]; readonly remote: string[] },
  ): Promise<Outcome | undefined> {
    const { core, words, notices, signal } = this.#options;
    const { transfer } = words.shared.devEnv;
    const name = shownText(reference.devEnv);
    const title = direction === 'transfer/upload' ? transfer.uploading(name) : transfer.downloading(name);
    const id = randomUUID();
    return vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: plainMessage(title), cancellable: true },
      async (progress, token) => {
        const leaving = new AbortController();
        token.onCancellationRequested(() => leaving.abort());
        let percent = 0;
        const told = core.onNotification('transfer/progress', (params) => {
          if (params.id !== id) return;
          const now = transferPercent(params.progress) ?? percent;
          const message = plainMessage(transferInWords(params.progress, words.shared));
          progress.report({ message, increment: Math.max(0, now - percent) });
          percent = Math.max(percent, now);
        });
        try {
          const until = AbortSignal.any([leaving.signal, signal]);
          return await core.request(direction, { ...named(reference), id, ...files }, until);
        } catch (error) {
          if (!SlipwayError.is(error, 'cancelled') || !leaving.signal.aborted) throw error;
          notices.info(transfer.again);
          return undefined;
        } finally {
          told.dispose();
        }
      },
    );
  }

  /** What it did; what was left out is in the log, each with its reason. */
  async #tell(what: string, outcome: Outcome): Promise<void> {
    const { words, log } = this.#options;
    const text = plainMessage(words.shared.devEnv.labelled(what, transferOutcomeInWords(outcome, words.shared)));
    for (const { path, reason } of outcome.skipped) log.info(`${shownText(path)}: ${shownText(reason)}`);
    const actions = outcome.skipped.length > 0 ? [words.host.showDetails] : [];
    if ((await vscode.window.showInformationMessage(text, ...actions)) !== undefined) log.show();
  }
}

/** Where a dialog for files begins: in a window on another machine this brings the dialog of this one. */
function folderHere(): vscode.Uri {
  const local = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri;
  return local ?? vscode.Uri.file(homedir());
}

/** @throws SlipwayError for what is on no disk of this machine */
function pathOnDisk(uri: vscode.Uri): string {
  if (uri.scheme === 'file') return uri.fsPath;
  throw new SlipwayError('usage', 'Files on another machine cannot be sent from here.', {
    action: 'Choose files and folders of this machine.',
  });
}
