import { Clipboard } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { CoreConnection } from '@slipway/shared/client';
import type { HostAction } from '@slipway/shared/panels';
import { SlipwayError } from '@slipway/shared/protocol';
import type { LabServices } from './activate.ts';
import { type ArtifactDrive, drivePath, notePath } from './artifacts/artifactDrive.ts';
import { wholeLog } from './artifacts/wholeLog.ts';
import type { RunOrigins } from './runOrigins.ts';
import { showFailedCell } from './notebook/showFailedCell.ts';
import type { ServerHalf } from './server/serverHalf.ts';
import { addToShell } from './surfaces/addToShell.ts';
import { createReportTab } from './surfaces/reportTab.ts';
import type { HostWords } from './words/index.ts';

export interface HostActionOptions {
  readonly lab: LabServices;
  readonly server: ServerHalf;
  readonly core: Pick<CoreConnection, 'request'>;
  readonly drive: Pick<ArtifactDrive, 'keepNote'>;
  readonly words: HostWords;
  readonly origins: Pick<RunOrigins, 'pathOf'>;
  readonly openTab: (kind: 'detail' | 'logs', context: string, run: string, step?: string) => void;
  readonly openRerun: (context: string, run: string) => void;
  readonly closeForm: () => void;
}

/** What panels ask JupyterLab to do. */
export class HostActions {
  readonly #options: HostActionOptions;
  readonly #ending = new AbortController();
  #notes = 0;

  constructor(options: HostActionOptions) {
    this.#options = options;
  }

  /** @throws SlipwayError where it cannot be done */
  async perform(action: HostAction): Promise<void> {
    const { openTab, openRerun, closeForm, server } = this.#options;
    switch (action.kind) {
      case 'openRun': {
        openTab('detail', action.context, action.run);
        return;
      }
      case 'openLogs': {
        openTab('logs', action.context, action.run, action.step);
        return;
      }
      case 'openArtifact': {
        this.#openArtifact(action.context, action.run, action.path);
        return;
      }
      case 'saveArtifact': {
        saveAs(server.artifactUrl(action.context, action.run, action.path), PathExt.basename(action.path));
        return;
      }
      case 'saveLog':
        return this.#saveLog(action.context, action.run);
      case 'openFailedCell':
        return this.#openFailedCell(action.context, action.run);
      case 'editAndRerun': {
        openRerun(action.context, action.run);
        return;
      }
      case 'showManifest': {
        this.#showManifest(action.manifest);
        return;
      }
      case 'copy': {
        Clipboard.copyToSystem(action.text);
        return;
      }
      case 'close': {
        closeForm();
        return;
      }
    }
  }

  dispose(): void {
    this.#ending.abort(new SlipwayError('cancelled', 'The page is closing.'));
  }

  /** HTML in a sandboxed frame; all else with JupyterLab's own viewers, read-only and without a kernel. */
  #openArtifact(context: string, run: string, path: string): void {
    const { lab, server, words } = this.#options;
    if (/\.html?$/i.test(path)) {
      const url = server.artifactUrl(context, run, path);
      const tab = createReportTab(url, PathExt.basename(path), words.lab.sandboxed);
      addToShell(lab.app.shell, tab);
      lab.app.shell.activateById(tab.id);
      return;
    }
    const noKernel = { shouldStart: false, canStart: false, autoStartDefault: false };
    const widget = lab.documents.openOrReveal(
      drivePath(context, run, path),
      undefined,
      undefined,
      undefined,
      path.endsWith('.ipynb') ? noKernel : undefined,
    );
    if (widget === undefined) throw new SlipwayError('artifact.unreadable', `JupyterLab has no viewer for ${path}.`);
  }

  async #saveLog(context: string, run: string): Promise<void> {
    const url = URL.createObjectURL(await wholeLog(this.#options.core, { context, run }, this.#ending.signal));
    saveAs(url, `${run}.log`);
    // The download has begun by then.
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }

  async #openFailedCell(context: string, run: string): Promise<void> {
    const { core, lab, words, origins } = this.#options;
    const { signal } = this.#ending;
    const found = await core.request('runs/get', { context, run }, signal);
    const failed = found.failedCell ?? (await core.request('artifacts/failedCell', { context, run }, signal));
    if (failed === null) throw new SlipwayError('notebook.unreadable', 'No cell of this run has failed.');
    const { notebooks, documents } = lab;
    const places = { notebooks, documents, origin: origins.pathOf(found), goneText: words.lab.failedCellGone };
    await showFailedCell(found, failed, places);
  }

  #showManifest(manifest: string): void {
    this.#notes += 1;
    const name = `manifest-${this.#notes}.yaml`;
    this.#options.drive.keepNote(name, manifest);
    this.#options.lab.documents.openOrReveal(notePath(name), 'Editor');
  }
}

function saveAs(url: string, name: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}
