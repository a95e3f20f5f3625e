import { Dialog, showDialog } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { DevEnv, DevEnvDevice } from '@slipway/shared/protocol';
import { shownText } from '@slipway/shared/views';
import { type JSX, useState } from 'react';
import type { Trouble } from '../account/account.ts';
import { TroubleNote } from '../contexts/troubleNote.tsx';
import { computerIcon } from '../surfaces/icons.ts';
import { troubleIn } from '../words/index.ts';
import { Asked } from './asked.tsx';
import { named } from './devEnvActions.ts';
import { DialogBody } from './dialogBody.tsx';
import type { RoomState } from './roomState.ts';
import type { RoomWords } from './roomWords.ts';
import { tellOfDoing } from './tell.ts';
import { useAsking } from './useAsking.ts';

/** The machines that may log in to a DevEnv; each can be taken off the list. */
export async function showDevices(state: RoomState, devEnv: DevEnv): Promise<void> {
  const { own, shared } = state.words;
  const leaving = new AbortController();
  const doing = tellOfDoing(own.askingCluster, { label: own.stopWaiting, callback: () => leaving.abort() });
  let devices: readonly DevEnvDevice[];
  try {
    ({ devices } = await state.page.core.request('devenvs/devices', named(devEnv), leaving.signal));
  } finally {
    doing.end();
  }
  await showDialog({
    title: shared.devEnv.devices.heading(shownText(devEnv.name)),
    body: ReactWidget.create(<Devices state={state} devEnv={devEnv} first={devices} />),
    buttons: [Dialog.okButton({ label: own.close })],
  });
}

interface DevicesProps {
  readonly state: RoomState;
  readonly devEnv: DevEnv;
  readonly first: readonly DevEnvDevice[];
}

function Devices({ state, devEnv, first }: DevicesProps): JSX.Element {
  const { page, words } = state;
  const { devices: say } = words.shared.devEnv;
  const [devices, setDevices] = useState(first);
  const [said, setSaid] = useState('');
  const [trouble, setTrouble] = useState<Trouble>();
  const remove = async (device: DevEnvDevice): Promise<void> => {
    setTrouble(undefined);
    setSaid('');
    try {
      const params = { ...named(devEnv), fingerprint: device.fingerprint };
      const { signal } = new AbortController();
      const left = await page.gate.run(devEnv.context, () => page.core.request('devenvs/removeDevice', params, signal));
      setDevices(left.devices);
      setSaid(say.removed(nameOf(device, words)));
    } catch (error) {
      setTrouble(troubleIn(error, words.host));
    }
  };
  return (
    <DialogBody>
      {devices.length === 0 ? (
        <p>{say.none}</p>
      ) : (
        <ul className="slipway-list slipway-devenv-rows">
          {devices.map((device) => (
            <Device key={device.fingerprint} state={state} device={device} onRemove={() => remove(device)} />
          ))}
        </ul>
      )}
      {trouble !== undefined && <TroubleNote trouble={trouble} />}
      <p role="status">{said}</p>
      {devices.length > 0 && <p className="slipway-muted">{words.own.devices.about}</p>}
    </DialogBody>
  );
}

interface DeviceProps {
  readonly state: RoomState;
  readonly device: DevEnvDevice;
  readonly onRemove: () => Promise<void>;
}

function Device({ state, device, onRemove }: DeviceProps): JSX.Element {
  const { own, shared } = state.words;
  const { step, opener, ask, answer } = useAsking(onRemove);
  const { devices: say } = shared.devEnv;
  const name = nameOf(device, state.words);
  return (
    <li data-device={device.fingerprint}>
      <computerIcon.react tag="span" className="slipway-state" aria-hidden="true" />
      <div>
        <p className="slipway-devenv-what">
          <span title={name}>{name}</span>
          {device.current && <span className="slipway-muted">{own.devices.thisServer}</span>}
        </p>
        <p className="slipway-muted slipway-devenv-mono">{shownText(device.fingerprint)}</p>
        {step === 'asked' && (
          <Asked
            question={[say.confirmRemove(name), device.current ? say.comesAgain : ''].join(' ').trim()}
            keep={own.devices.keep}
            goOn={own.devices.removeNow}
            onAnswer={answer}
          />
        )}
      </div>
      {step !== 'asked' && (
        <button
          ref={opener}
          type="button"
          className="slipway-link"
          aria-label={`${own.devices.remove} ${name}`}
          disabled={step === 'going'}
          onClick={ask}
        >
          {own.devices.remove}
        </button>
      )}
    </li>
  );
}

/** A key may come without any words. */
function nameOf({ name }: DevEnvDevice, { own }: RoomWords): string {
  return name.trim() === '' ? own.devices.nameless : shownText(name);
}
