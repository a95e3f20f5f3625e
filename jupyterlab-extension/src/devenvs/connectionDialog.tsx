import { Dialog, showDialog } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { DevEnv, DevEnvConnection } from '@slipway/shared/protocol';
import { shownText } from '@slipway/shared/views';
import type { JSX } from 'react';
import { Copied } from './copied.tsx';
import { named } from './devEnvActions.ts';
import { DialogBody } from './dialogBody.tsx';
import { explainElsewhere, ownCommand } from './elsewhere.tsx';
import type { RoomState } from './roomState.ts';
import { tellOfDoing } from './tell.ts';

/**
 * Makes the machine of the Jupyter server known to the DevEnv, and shows what ssh needs, to be copied. Where people are on another
 * machine it says so first, and makes nothing known until somebody wants it all the same.
 */
export async function showConnection(state: RoomState, devEnv: DevEnv): Promise<void> {
  const { page, words } = state;
  const { connection: say, stopWaiting, close } = words.own;
  const leaving = new AbortController();
  const why = await page.elsewhere(leaving.signal);
  if (why !== undefined) {
    const title = say.heading(shownText(devEnv.name));
    const command = ownCommand('ssh', devEnv);
    const explanation = { title, what: say.notHere, why, command, anyway: say.anyway };
    if (!(await explainElsewhere(state, explanation))) return;
  }
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
      <p>{say.whose}</p>
      <p>{say.untouched}</p>
      <p className="slipway-muted">{say.elsewhere(ownCommand('ssh', devEnv))}</p>
    </DialogBody>
  );
}
