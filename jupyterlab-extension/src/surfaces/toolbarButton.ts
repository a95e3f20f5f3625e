import { CommandToolbarButton } from '@jupyterlab/ui-components';
import type { LabServices } from '../activate.ts';
import { commandIds } from '../commands.ts';
import type { HostWords } from '../words/index.ts';

/**
 * The button above notebooks, with its words: what the schema alone makes has an icon only. To be called before anything is
 * waited for, since notebooks that open with the page are made soon.
 */
export function addToolbarButton({ app, toolbars }: Pick<LabServices, 'app' | 'toolbars'>, words: HostWords): void {
  toolbars?.addFactory('Notebook', 'slipway-run', () => {
    const button = new CommandToolbarButton({
      commands: app.commands,
      id: commandIds.run,
      label: words.shared.runOnCluster,
    });
    button.addClass('slipway-toolbar-button');
    return button;
  });
}
