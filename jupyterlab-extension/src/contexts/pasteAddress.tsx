import { type FormEvent, type JSX, useId, useState } from 'react';
import type { Trouble } from '../account/account.ts';
import type { SidePanelModel } from '../surfaces/sidePanelModel.ts';
import { TroubleNote } from './troubleNote.tsx';

/** Takes the address that the browser ended at, where it could not come back by itself. */
export function PasteAddress({ model }: { readonly model: SidePanelModel }): JSX.Element {
  const { account, words } = model;
  const { signIn } = words.shared;
  const [address, setAddress] = useState('');
  const [trouble, setTrouble] = useState<Trouble>();
  const id = useId();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void account.complete(address).then(setTrouble);
  };
  return (
    <form className="slipway-form" onSubmit={submit}>
      <label htmlFor={id}>{signIn.address}</label>
      <input
        id={id}
        className="jp-mod-styled"
        type="text"
        inputMode="url"
        autoComplete="off"
        spellCheck={false}
        autoFocus
        value={address}
        aria-invalid={trouble !== undefined}
        onChange={(event) => setAddress(event.currentTarget.value)}
      />
      {trouble !== undefined && <TroubleNote trouble={trouble} />}
      <button
        type="submit"
        className="jp-mod-styled jp-mod-accept slipway-wide-button"
        disabled={address.trim() === ''}
      >
        {signIn.submitAddress}
      </button>
    </form>
  );
}
