import { Dialog, showDialog } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import { type DevEnv, devEnvWorkspace } from '@slipway/shared/protocol';
import { shownText } from '@slipway/shared/views';
import { type JSX, useId } from 'react';
import { LineInput } from './lineInput.tsx';
import type { RoomWords } from './roomWords.ts';

/** What is asked before files move. Paths and the folder are as JupyterLab shows them. */
export type TransferQuestion =
  | { readonly kind: 'send'; readonly devEnvs: readonly DevEnv[]; readonly paths: readonly string[] }
  | { readonly kind: 'get'; readonly devEnvs: readonly DevEnv[]; readonly folder: string };

export interface TransferAnswer {
  readonly devEnv: DevEnv;
  readonly remote: string;
}

const mostPaths = 5;

/** Asks which DevEnv and where in it. @returns undefined where it was given up */
export async function askTransfer(words: RoomWords, question: TransferQuestion): Promise<TransferAnswer | undefined> {
  const { transfer } = words.own;
  const isSend = question.kind === 'send';
  const body = new TransferBody(words, question);
  const { button } = await showDialog({
    title: isSend ? transfer.send : transfer.get,
    body,
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: isSend ? transfer.sendNow : transfer.getNow })],
    focusNodeSelector: 'input',
  });
  return button.accept ? body.answer : undefined;
}

class TransferBody extends ReactWidget {
  readonly #words: RoomWords;
  readonly #question: TransferQuestion;
  #index = 0;
  #remote: string;

  constructor(words: RoomWords, question: TransferQuestion) {
    super();
    this.#words = words;
    this.#question = question;
    this.#remote = question.kind === 'send' ? devEnvWorkspace : '';
  }

  get answer(): TransferAnswer | undefined {
    const devEnv = this.#question.devEnvs[this.#index];
    return devEnv === undefined ? undefined : { devEnv, remote: this.#remote.trim() };
  }

  render(): JSX.Element {
    return (
      <TransferForm
        words={this.#words}
        question={this.#question}
        remote={this.#remote}
        onDevEnv={(index) => (this.#index = index)}
        onRemote={(remote) => (this.#remote = remote)}
      />
    );
  }
}

interface TransferFormProps {
  readonly words: RoomWords;
  readonly question: TransferQuestion;
  readonly remote: string;
  readonly onDevEnv: (index: number) => void;
  readonly onRemote: (remote: string) => void;
}

function TransferForm({ words, question, remote, onDevEnv, onRemote }: TransferFormProps): JSX.Element {
  const { transfer, whichDevEnv } = words.own;
  const id = useId();
  const { devEnvs } = question;
  return (
    <div className="slipway-devenv-dialog slipway-form">
      {devEnvs.length > 1 && (
        <>
          <label htmlFor={`${id}-devenv`}>{whichDevEnv}</label>
          <select
            id={`${id}-devenv`}
            className="jp-mod-styled"
            onChange={(event) => onDevEnv(event.currentTarget.selectedIndex)}
          >
            {devEnvs.map(({ context, name }) => (
              <option key={`${context}/${name}`}>{`${shownText(name)} · ${shownText(context)}`}</option>
            ))}
          </select>
        </>
      )}
      {devEnvs.length === 1 && devEnvs[0] !== undefined && <p>{shownText(devEnvs[0].name)}</p>}
      {question.kind === 'send' && <Paths words={words} paths={question.paths} />}
      <LineInput
        label={question.kind === 'send' ? transfer.toFolder : transfer.from}
        hint={words.shared.devEnv.transfer.relative}
        initial={remote}
        onLine={onRemote}
      />
      {question.kind === 'get' && (
        <p>
          {words.shared.devEnv.labelled(
            transfer.into,
            question.folder === '' ? transfer.rootFolder : shownText(question.folder),
          )}
        </p>
      )}
    </div>
  );
}

function Paths({ words, paths }: { readonly words: RoomWords; readonly paths: readonly string[] }): JSX.Element {
  const { transfer } = words.own;
  return (
    <>
      <p>{transfer.what}</p>
      <ul>
        {paths.slice(0, mostPaths).map((path) => (
          <li key={path}>{path === '' ? transfer.rootFolder : shownText(path)}</li>
        ))}
        {paths.length > mostPaths && <li>{transfer.more(paths.length - mostPaths)}</li>}
      </ul>
    </>
  );
}
