import { commandIds } from './commands.ts';
import type { LabServices } from './activate.ts';
import type { DevEnvAction, DevEnvLoader } from './devEnvPage.ts';
import { slipwayIcon } from './surfaces/icons.ts';
import type { HostWords } from './words/index.ts';

/** The menu of a row, in groups. */
const ofRow: readonly (readonly DevEnvAction[])[] = [
  ['start', 'stop', 'restart', 'keep'],
  ['run', 'jobs'],
  ['jupyter', 'connect', 'test', 'devices'],
  ['upload', 'download'],
  ['resize', 'delete'],
];
const row = '.slipway-devenv';

/** What people do with DevEnvs, as commands: in the palette, the menu of a row, and the file browser's menu. */
export function registerDevEnvCommands(lab: LabServices, words: HostWords, devEnvs: DevEnvLoader): void {
  const { commands, contextMenu } = lab.app;
  const { devEnvActions, devEnvCommand, sendToDevEnv, getFromDevEnv } = words.lab;
  for (const [action, label] of Object.entries(devEnvActions) as [DevEnvAction, string][]) {
    const command = commandIds.devEnv(action);
    commands.addCommand(command, {
      // The palette lists it among all others.
      label: ({ row: inMenu, files }) => {
        if (files === true) return action === 'upload' ? sendToDevEnv : getFromDevEnv;
        return inMenu === true ? label : devEnvCommand(label);
      },
      icon: ({ files }) => (files === true ? slipwayIcon : undefined),
      isVisible: ({ row: inMenu }) => inMenu !== true || devEnvs.room?.offersRow(action) === true,
      execute: ({ row: inMenu, files }) => devEnvs.perform(action, { row: inMenu === true, files: files === true }),
    });
    lab.palette?.addItem({ command, category: words.shared.product });
  }
  for (const [group, actions] of ofRow.entries()) {
    if (group > 0) contextMenu.addItem({ type: 'separator', selector: row, rank: group * 10 });
    for (const [index, action] of actions.entries()) {
      const rank = group * 10 + index + 1;
      contextMenu.addItem({ command: commandIds.devEnv(action), selector: row, rank, args: { row: true } });
    }
  }
  const files = { files: true };
  contextMenu.addItem({ command: commandIds.devEnv('upload'), selector: '.jp-DirListing-item', rank: 90, args: files });
  contextMenu.addItem({
    command: commandIds.devEnv('download'),
    selector: '.jp-DirListing-content',
    rank: 91,
    args: files,
  });
}
