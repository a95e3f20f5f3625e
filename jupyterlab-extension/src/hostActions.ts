import { Clipboard } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { HostAction } from '@slipway/shared/panels';
import { SlipwayError } from '@slipway/shared/protocol';
import type { LabServices } from './activate.ts';
import type { CoreConnection } from './core/coreConnection.ts';
import type { RunStore } from './core/runStore.ts';
import type { ServerHalf } from './server/serverHalf.ts';
import { createReportTab } from './surfaces/reportTab.ts';
import type { HostWords } from './words/index.ts';

export interface HostActionOptions {
  readonly lab: LabServices;
  readonly server: ServerHalf;
  readonly core: Pick<CoreConnection, 'request'>;
  readonly store: Pick<RunStore, 'get'>;
  readonly words: HostWords;
  readonly openTab: (kind: 'detail' | 'logs', context: string, run: string, step?: string) => void;
}

/** What panels ask JupyterLab to do. */
export function createHostActions(options: HostActionOptions): (action: HostAction) => Promise<void> {
  const { lab, server, words, openTab } = options;
  return (action) => {
    switch (action.kind) {
      case 'openRun':
        openTab('detail', action.context, action.run);
        break;
      case 'openLogs':
        openTab('logs', action.context, action.run, action.step);
        break;
      case 'openArtifact': {
        const url = server.artifactUrl(action.context, action.run, action.path);
        const tab = createReportTab(url, PathExt.basename(action.path), words.lab.sandboxed);
        lab.app.shell.add(tab, 'main');
        lab.app.shell.activateById(tab.id);
        break;
      }
      case 'saveArtifact':
        saveAs(server.artifactUrl(action.context, action.run, action.path), PathExt.basename(action.path));
        break;
      case 'copy':
        Clipboard.copyToSystem(action.text);
        break;
      default:
        return Promise.reject(new SlipwayError('internal', 'JupyterLab does not do that yet.'));
    }
    return Promise.resolve();
  };
}

function saveAs(url: string, name: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}
