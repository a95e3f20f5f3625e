import { type JupyterFrontEnd, type JupyterFrontEndPlugin, ILayoutRestorer } from '@jupyterlab/application';
import { ICommandPalette, IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator } from '@jupyterlab/translation';
import { activate } from './activate.ts';
import { pluginId } from './settings.ts';

/**
 * Slipway in JupyterLab and Notebook. What is optional here is missing in one of them; the rest works there.
 * Start reading at activate.ts, where the parts are put together.
 */
const plugin: JupyterFrontEndPlugin<void> = {
  id: pluginId,
  description: "Runs the open notebook on your team's GPU cluster.",
  autoStart: true,
  requires: [INotebookTracker, IDocumentManager],
  optional: [
    ICommandPalette,
    ILayoutRestorer,
    ISettingRegistry,
    IStateDB,
    IStatusBar,
    ITranslator,
    IToolbarWidgetRegistry,
    IFileBrowserFactory,
  ],
  activate: async (
    app: JupyterFrontEnd,
    notebooks: INotebookTracker,
    documents: IDocumentManager,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    registry: ISettingRegistry | null,
    memory: IStateDB | null,
    statusBar: IStatusBar | null,
    translator: ITranslator | null,
    toolbars: IToolbarWidgetRegistry | null,
    browsers: IFileBrowserFactory | null,
  ): Promise<void> => {
    await activate({
      app,
      notebooks,
      documents,
      palette: palette ?? undefined,
      restorer: restorer ?? undefined,
      registry: registry ?? undefined,
      memory: memory ?? undefined,
      statusBar: statusBar ?? undefined,
      translator: translator ?? undefined,
      toolbars: toolbars ?? undefined,
      browsers: browsers ?? undefined,
    });
  },
};

export default plugin;
