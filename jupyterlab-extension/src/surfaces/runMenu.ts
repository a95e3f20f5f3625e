import type { JupyterFrontEnd } from '@jupyterlab/application';
import { type Run, terminalStates } from '@slipway/shared/protocol';
import { retryOf } from '@slipway/shared/views';
import type { HostWords } from '../words/index.ts';

/** What the menu of a run does. */
export interface RunMenuActions {
  openRun(run: Run): void;
  openLogs(run: Run): void;
  cancel(run: Run): void;
  rerun(run: Run): void;
  retry(run: Run): void;
  editAndRerun(run: Run): void;
  delete(run: Run): void;
}

export interface RunMenuOptions {
  readonly app: Pick<JupyterFrontEnd, 'commands' | 'contextMenu' | 'contextMenuHitTest'>;
  readonly words: HostWords;
  readonly get: (context: string, run: string) => Run | undefined;
  /** Whether a context is out of reach: its runs can be looked at, not changed. */
  readonly isAway: (context: string) => boolean;
  readonly actions: RunMenuActions;
}

interface Item {
  readonly name: string;
  readonly label: string;
  readonly offered: (run: Run) => boolean;
  /** Whether it only looks, which goes on while the context is out of reach. */
  readonly looks?: boolean;
  readonly execute: (run: Run) => void;
}

const selector = '.slipway-row';

/** The context menu of a run's row, which is JupyterLab's own. */
export function addRunMenu({ app, words, get, isAway, actions }: RunMenuOptions): void {
  const runUnderMenu = (): Run | undefined => {
    const row = app.contextMenuHitTest((node) => node.matches(selector));
    return row === undefined ? undefined : get(row.dataset.context ?? '', row.dataset.run ?? '');
  };
  const groups = itemsOf(words, actions);
  for (const [group, items] of groups.entries()) {
    if (group > 0) app.contextMenu.addItem({ type: 'separator', selector, rank: group * 10 });
    for (const [index, { name, label, offered, looks, execute }] of items.entries()) {
      const command = `slipway:run-${name}`;
      const isVisible = (): boolean => {
        const run = runUnderMenu();
        return run !== undefined && offered(run);
      };
      const isEnabled = (): boolean => {
        const run = runUnderMenu();
        return run !== undefined && (looks === true || !isAway(run.context));
      };
      const perform = (): void => {
        const run = runUnderMenu();
        if (run !== undefined) execute(run);
      };
      app.commands.addCommand(command, { label, isVisible, isEnabled, execute: perform });
      app.contextMenu.addItem({ command, selector, rank: group * 10 + index + 1 });
    }
  }
}

/** Opens the menu of the row that `button` is in, as a right click would. */
export function openRunMenu(button: HTMLElement): void {
  const { left, bottom } = button.getBoundingClientRect();
  button.dispatchEvent(
    new MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX: left, clientY: bottom }),
  );
}

function itemsOf({ lab, shared }: HostWords, actions: RunMenuActions): readonly (readonly Item[])[] {
  const always = (): boolean => true;
  const ended = (run: Run): boolean => terminalStates.has(run.state);
  const mine = (run: Run): boolean => run.foreign !== true;
  return [
    [
      { name: 'open', label: lab.openRun, offered: always, looks: true, execute: (run) => actions.openRun(run) },
      { name: 'logs', label: lab.openLogs, offered: always, looks: true, execute: (run) => actions.openLogs(run) },
    ],
    [
      { name: 'cancel', label: lab.cancelRun, offered: (run) => !ended(run), execute: (run) => actions.cancel(run) },
      {
        name: 'retry',
        label: lab.retry,
        offered: (run) => mine(run) && retryOf(run) !== undefined,
        execute: (run) => actions.retry(run),
      },
      {
        name: 'again',
        label: lab.rerun,
        offered: (run) => mine(run) && ended(run),
        execute: (run) => actions.rerun(run),
      },
      {
        name: 'edit',
        label: shared.panels.actions.editAndRerun,
        offered: mine,
        execute: (run) => actions.editAndRerun(run),
      },
    ],
    [
      {
        name: 'delete',
        label: lab.deleteItem,
        offered: (run) => mine(run) && ended(run),
        execute: (run) => actions.delete(run),
      },
    ],
  ];
}
