import { Dialog, showDialog } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { DevEnv } from '@slipway/shared/protocol';
import { shownText } from '@slipway/shared/views';
import type { JSX } from 'react';
import { LineInput } from './lineInput.tsx';
import type { RoomState } from './roomState.ts';

const example = 'python train.py --epochs 50';

/** Asks for a command line. @returns undefined where none was given */
export async function askCommand(state: RoomState, devEnv: DevEnv): Promise<string | undefined> {
  const { own } = state.words;
  const body = new CommandBody(state, devEnv);
  const { button } = await showDialog({
    title: own.jobs.ask(shownText(devEnv.name)),
    body,
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: own.jobs.run })],
    focusNodeSelector: 'input',
  });
  const line = body.line.trim();
  return button.accept && line !== '' ? line : undefined;
}

class CommandBody extends ReactWidget {
  readonly #state: RoomState;
  readonly #devEnv: DevEnv;
  line = '';

  constructor(state: RoomState, devEnv: DevEnv) {
    super();
    this.#state = state;
    this.#devEnv = devEnv;
  }

  render(): JSX.Element {
    return <CommandForm state={this.#state} devEnv={this.#devEnv} onLine={(line) => (this.line = line)} />;
  }
}

interface CommandFormProps {
  readonly state: RoomState;
  readonly devEnv: DevEnv;
  readonly onLine: (line: string) => void;
}

function CommandForm({ state, devEnv, onLine }: CommandFormProps): JSX.Element {
  const { own, shared } = state.words;
  return (
    <div className="slipway-devenv-dialog slipway-form">
      <LineInput label={shared.devEnv.jobs.command} hint={own.jobs.hint} placeholder={example} onLine={onLine} />
      {devEnv.state !== 'running' && <p>{own.jobs.startsFirst(shownText(devEnv.name))}</p>}
    </div>
  );
}
