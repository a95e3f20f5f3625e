import { Dialog, showDialog } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { DevEnv } from '@slipway/shared/protocol';
import { shownText } from '@slipway/shared/views';
import type { Elsewhere } from '../devEnvPage.ts';
import { Copied } from './copied.tsx';
import { DialogBody } from './dialogBody.tsx';
import type { RoomState } from './roomState.ts';

export interface Explanation {
  readonly title: string;
  /** What stands on the Jupyter server's machine alone. */
  readonly what: (why: string) => string;
  readonly why: Elsewhere | 'unreached';
  /** For a machine of one's own. */
  readonly command: string;
  /** What can be done all the same. */
  readonly anyway?: string;
}

/** Says why something is of no use to this browser, and what to do instead. @returns whether it is wanted anyway */
export async function explainElsewhere(state: RoomState, explanation: Explanation): Promise<boolean> {
  const { elsewhere, close } = state.words.own;
  const { title, what, why, command, anyway } = explanation;
  const body = (
    <DialogBody>
      <p>{what(elsewhere.why[why])}</p>
      <p>{elsewhere.instead}</p>
      <dl className="slipway-devenv-copy">
        <Copied state={state} name={state.words.own.connection.command} value={command} />
      </dl>
    </DialogBody>
  );
  const { button } = await showDialog({
    title,
    body: ReactWidget.create(body),
    // What is advised is to leave, and to run the command elsewhere.
    buttons: [
      ...(anyway === undefined ? [] : [Dialog.cancelButton({ label: anyway })]),
      Dialog.okButton({ label: close }),
    ],
  });
  return button.label === anyway;
}

/** A command of `slipway` for one's own machine, about a DevEnv. */
export function ownCommand(command: string, { name, context }: DevEnv): string {
  return `slipway ${command} ${shownText(name)} --context ${shownText(context)}`;
}
