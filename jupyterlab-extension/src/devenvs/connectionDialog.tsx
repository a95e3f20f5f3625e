import { Dialog, showDialog } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { DevEnv, DevEnvConnection } from '@slipway/shared/protocol';
import { shownText } from '@slipway/shared/views';
import { type JSX, useState } from 'react';
import { copyIcon } from '../surfaces/icons.ts';
import { named } from './devEnvActions.ts';
import { DialogBody } from './dialogBody.tsx';
import type { RoomState } from './roomState.ts';
import { tellOfDoing } from './tell.ts';

/** Makes the machine of the Jupyter server known to the DevEnv, and shows what ssh needs, to be copied. */
export async function showConnection(state: RoomState, devEnv: DevEnv): Promise<void> {
  const { page, words } = state;
  const { connection: say, stopWaiting, close } = words.own;
  const leaving = new AbortController();
  const doing = tellOfDoing(say.asking, { label: stopWaiting, callback: () => leaving.abort() });
  let connection: DevEnvConnection;
  try {
    connection = await page.core.request('devenvs/connect', { ...named(devEnv), include: false }, leaving.signal);
  } finally {
    doing.end();
  }
  await showDialog({
    title: say.heading(shownText(devEnv.name)),
    body: ReactWidget.create(<Facts state={state} devEnv={devEnv} connection={connection} />),
    buttons: [Dialog.okButton({ label: close })],
  });
}

interface FactsProps {
  readonly state: RoomState;
  readonly devEnv: DevEnv;
  readonly connection: DevEnvConnection;
}

function Facts({ state, devEnv, connection }: FactsProps): JSX.Element {
  const { connection: say } = state.words.own;
  const { command, host, hostKeyFingerprint, configFile, conflicts } = connection;
  const facts = [
    [say.command, command],
    [say.host, host],
    [say.fingerprint, hostKeyFingerprint],
    [say.config, configFile],
  ] as const;
  return (
    <DialogBody>
      <dl className="slipway-devenv-copy">
        {facts.map(([name, value]) => (
          <Copied key={name} name={name} value={value} state={state} />
        ))}
      </dl>
      {conflicts.length > 0 && (
        <div role="alert" className="slipway-account-trouble">
          <p>{say.conflicts}</p>
          {conflicts.map((conflict) => (
            <p key={conflict}>{shownText(conflict)}</p>
          ))}
        </div>
      )}
      <p>
        {say.whose} {say.untouched}
      </p>
      <p className="slipway-muted">{say.elsewhere(devEnv.name)}</p>
    </DialogBody>
  );
}

interface CopiedProps {
  readonly state: RoomState;
  readonly name: string;
  readonly value: string;
}

function Copied({ state, name, value }: CopiedProps): JSX.Element {
  const { connection: say } = state.words.own;
  const [isCopied, setCopied] = useState(false);
  const copy = (): void => {
    state.page.copy(value);
    setCopied(true);
  };
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <code>{shownText(value)}</code>
        <button
          type="button"
          className="slipway-quiet-button"
          title={say.copy(name)}
          aria-label={say.copy(name)}
          onClick={copy}
        >
          <copyIcon.react tag="span" />
          <span role="status">{isCopied ? say.copied : ''}</span>
        </button>
      </dd>
    </>
  );
}
