import { type ChangeEvent, type FormEvent, type JSX, useId, useState } from 'react';
import type { ImportOutcome } from '../account/account.ts';
import type { SidePanelModel } from '../surfaces/sidePanelModel.ts';
import { TroubleNote } from './troubleNote.tsx';

/** Team profiles are a few kilobytes; whoever chooses a larger file took the wrong one. */
const mostBytes = 1024 * 1024;

/** A link that becomes a form; what came of it stays to be read. */
export function AddContext({ model }: { readonly model: SidePanelModel }): JSX.Element {
  const { signIn } = model.words.shared;
  const [isOpen, setOpen] = useState(false);
  const [added, setAdded] = useState<Extract<ImportOutcome, { readonly kind: 'added' }>>();
  const open = (): void => {
    setAdded(undefined);
    setOpen(true);
  };
  return (
    <div className="slipway-add-context">
      {isOpen ? (
        <AddContextForm
          model={model}
          onAdded={(outcome) => {
            setAdded(outcome);
            setOpen(false);
          }}
          onCancel={() => setOpen(false)}
        />
      ) : (
        <button type="button" className="slipway-link" onClick={open}>
          {signIn.addContext}
        </button>
      )}
      <div role="status">
        {added !== undefined && <p>{signIn.added(added.contexts.join(', '))}</p>}
        {added?.notes.map((note) => (
          <p key={note} className="slipway-muted">
            {note}
          </p>
        ))}
      </div>
    </div>
  );
}

interface AddContextFormProps {
  readonly model: SidePanelModel;
  readonly onAdded: (outcome: Extract<ImportOutcome, { readonly kind: 'added' }>) => void;
  readonly onCancel: () => void;
}

function AddContextForm({ model, onAdded, onCancel }: AddContextFormProps): JSX.Element {
  const { account, words } = model;
  const { signIn } = words.shared;
  const [text, setText] = useState('');
  const [image, setImage] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Exclude<ImportOutcome, { readonly kind: 'added' }>>();
  const id = useId();
  const add = async (replace: boolean): Promise<void> => {
    setBusy(true);
    const name = image.trim();
    const came = await account.importContexts({
      text,
      ...(name !== '' && { image: name }),
      ...(replace && { replace }),
    });
    setBusy(false);
    if (came.kind === 'added') onAdded(came);
    else setOutcome(came);
  };
  const take = (taken: string): void => {
    setText(taken);
    setOutcome(undefined);
  };
  const readFile = async (event: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const [file] = event.currentTarget.files ?? [];
    // Chosen again after a change, it counts again.
    event.currentTarget.value = '';
    if (file === undefined) return;
    if (file.size <= mostBytes) take(await file.text());
    else setOutcome({ kind: 'failed', trouble: { message: signIn.profileTooLarge, action: undefined } });
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void add(false);
  };
  return (
    <form className="slipway-form" onSubmit={submit} aria-label={signIn.addHeading}>
      <label htmlFor={id}>{signIn.teamProfile}</label>
      <p className="slipway-muted" id={`${id}-hint`}>
        {signIn.pasteProfile}
      </p>
      <textarea
        id={id}
        className="jp-mod-styled slipway-profile"
        rows={8}
        spellCheck={false}
        autoComplete="off"
        autoFocus
        value={text}
        aria-invalid={outcome !== undefined}
        aria-describedby={outcome === undefined ? `${id}-hint` : `${id}-hint ${id}-trouble`}
        onChange={(event) => take(event.currentTarget.value)}
      />
      {outcome !== undefined && <TroubleNote id={`${id}-trouble`} trouble={outcome.trouble} />}
      <label className="slipway-link slipway-file">
        {signIn.chooseFile}
        <input type="file" accept=".yaml,.yml,.json,.conf,.txt,text/*" onChange={(event) => void readFile(event)} />
      </label>
      <label htmlFor={`${id}-image`}>{signIn.image}</label>
      <input
        id={`${id}-image`}
        className="jp-mod-styled"
        type="text"
        spellCheck={false}
        autoComplete="off"
        value={image}
        aria-describedby={`${id}-image-hint`}
        onChange={(event) => setImage(event.currentTarget.value)}
      />
      <p className="slipway-muted" id={`${id}-image-hint`}>
        {signIn.imageHint}
      </p>
      <div className="slipway-buttons">
        <button
          type="submit"
          className="jp-mod-styled jp-mod-accept"
          disabled={isBusy || text.trim() === '' || outcome?.kind === 'exists'}
        >
          {isBusy ? signIn.adding : signIn.add}
        </button>
        {outcome?.kind === 'exists' && (
          <button type="button" className="jp-mod-styled jp-mod-warn" disabled={isBusy} onClick={() => void add(true)}>
            {signIn.replace}
          </button>
        )}
        <button type="button" className="jp-mod-styled" onClick={onCancel}>
          {signIn.cancel}
        </button>
      </div>
    </form>
  );
}
