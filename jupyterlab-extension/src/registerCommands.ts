import { commandIds } from './commands.ts';
import type { LabServices } from './activate.ts';
import { slipwayIcon } from './surfaces/icons.ts';
import type { RunTabs } from './surfaces/runTabs.ts';
import type { HostWords } from './words/index.ts';

export interface CommandOptions {
  readonly lab: LabServices;
  readonly words: HostWords;
  readonly tabs: RunTabs;
  readonly runNotebook: () => void;
  readonly openForm: () => Promise<void>;
  readonly showRuns: () => void;
  readonly openTab: (kind: 'detail' | 'logs', context: string, run: string) => void;
}

/** The commands behind the toolbar button, the Run menu (schema/plugin.json), the palette and the saved layout. */
export function registerCommands({ lab, words, tabs, runNotebook, openForm, showRuns, openTab }: CommandOptions): void {
  const { commands } = lab.app;
  const category = words.shared.product;
  commands.addCommand(commandIds.run, {
    label: words.shared.runOnCluster,
    caption: words.lab.runCaption,
    icon: slipwayIcon,
    isEnabled: () => lab.notebooks.currentWidget !== null,
    execute: runNotebook,
  });
  commands.addCommand(commandIds.runForm, {
    label: words.lab.formCommand,
    isEnabled: () => lab.notebooks.currentWidget !== null,
    execute: openForm,
  });
  commands.addCommand(commandIds.showRuns, { label: words.lab.showRuns, icon: slipwayIcon, execute: showRuns });
  // For the saved layout, hence without a label: nobody chooses a run by its name.
  for (const [id, kind] of [
    [commandIds.openRun, 'detail'],
    [commandIds.openLogs, 'logs'],
  ] as const) {
    commands.addCommand(id, {
      label: kind === 'detail' ? words.lab.openRun : words.lab.openLogs,
      execute: ({ context, run }) => {
        if (typeof context === 'string' && typeof run === 'string') openTab(kind, context, run);
      },
    });
  }
  lab.notebooks.currentChanged.connect(() => {
    for (const id of [commandIds.run, commandIds.runForm]) commands.notifyCommandChanged(id);
  });
  for (const command of [commandIds.run, commandIds.runForm, commandIds.showRuns])
    lab.palette?.addItem({ command, category });
  void lab.restorer?.restore(tabs.tracker, {
    command: commandIds.openRun,
    name: (widget) => {
      const tab = tabs.tabOf(widget);
      return tab === undefined ? '' : tabs.nameOf(tab);
    },
    args: (widget) => {
      const tab = tabs.tabOf(widget);
      return tab === undefined ? {} : { context: tab.context, run: tab.run };
    },
  });
}
