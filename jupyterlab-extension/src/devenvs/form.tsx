import type { DevEnv, DevEnvOptions } from '@slipway/shared/protocol';
import { quantityInWords, shownText, sizeInWords } from '@slipway/shared/views';
import { type FormEvent, type JSX, type ReactNode, useEffect, useId, useState } from 'react';
import type { Trouble } from '../account/account.ts';
import { TroubleNote } from '../contexts/troubleNote.tsx';
import { troubleIn } from '../words/index.ts';
import type { DevEnvActions } from './devEnvActions.ts';
import { named } from './devEnvActions.ts';
import { changesOf, fieldsOf, type FormFields, newFields, specOf, troublesOf } from './formFields.ts';
import type { RoomState } from './roomState.ts';
import { tell } from './tell.ts';

interface FormProps {
  readonly state: RoomState;
  readonly actions: DevEnvActions;
}

/** What a new DevEnv is to be, where it is made, and what the team offers there. */
export function CreateForm({ state, actions }: FormProps): JSX.Element {
  const { page, store, words } = state;
  const contexts = page.core.contexts.filter((name) => name !== 'local');
  // Which there are may be known later than the form is opened; from then on it stays, so that nothing that was typed is lost.
  const [picked, setContext] = useState<string>();
  const context = picked ?? contexts.find((name) => name === page.chosenContext()) ?? contexts[0];
  if (context !== picked) setContext(context);
  const create = async (fields: FormFields): Promise<void> => {
    if (context === undefined) return;
    const name = fields.name.trim();
    const params = { context, ...(name !== '' && { name }), spec: specOf(fields) };
    const never = new AbortController().signal;
    const made = await page.gate.run(context, () => page.core.request('devenvs/create', params, never));
    store.put(made);
    state.closeForm();
    actions.start(made).catch((error: unknown) => page.notices.failed(error));
  };
  const { form, noCluster } = words.shared.devEnv;
  if (context === undefined) {
    return (
      <FormFrame state={state} heading={words.own.create}>
        <p className="slipway-muted" role="status">
          {store.loaded ? noCluster : words.own.askingCluster}
        </p>
      </FormFrame>
    );
  }
  return (
    <FormFrame state={state} heading={words.own.create}>
      {contexts.length > 1 && (
        <Field label={form.context}>
          {(id) => (
            <select
              id={id}
              className="jp-mod-styled"
              value={context}
              onChange={(event) => setContext(event.currentTarget.value)}
            >
              {contexts.map((name) => (
                <option key={name} value={name}>
                  {shownText(name)}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      <Offered key={context} state={state} context={context}>
        {(options) => (
          <Fields
            state={state}
            options={options}
            first={newFields(options)}
            submit={(fields) => form.create(shownText(fields.name.trim() === '' ? options.name : fields.name.trim()))}
            onSubmit={create}
          />
        )}
      </Offered>
    </FormFrame>
  );
}

/** Changes one that is there: the disk grows at once, the rest holds from the next start. */
export function ResizeForm({ state, devEnv }: Pick<FormProps, 'state'> & { readonly devEnv: DevEnv }): JSX.Element {
  const { page, store, words } = state;
  const { form } = words.shared.devEnv;
  const resize = async (fields: FormFields): Promise<void> => {
    const changes = changesOf(fields, devEnv);
    if (Object.keys(changes).length === 0) {
      tell(form.nothingChanged);
      state.closeForm();
      return;
    }
    const params = { ...named(devEnv), changes };
    const never = new AbortController().signal;
    store.put(await page.gate.run(devEnv.context, () => page.core.request('devenvs/resize', params, never)));
    const { diskSize, ...others } = changes;
    tell(
      [
        ...(diskSize === undefined ? [] : [form.grown(quantityInWords(diskSize))]),
        ...(Object.keys(others).length === 0 ? [] : [form.fromNextStart]),
      ].join(' '),
    );
    state.closeForm();
  };
  return (
    <FormFrame state={state} heading={words.own.form.heading(shownText(devEnv.name))}>
      <Offered state={state} context={devEnv.context}>
        {(options) => (
          <Fields
            state={state}
            options={options}
            first={fieldsOf(devEnv)}
            known={devEnv}
            submit={() => words.own.form.change}
            onSubmit={resize}
          />
        )}
      </Offered>
    </FormFrame>
  );
}

function FormFrame(props: {
  readonly state: RoomState;
  readonly heading: string;
  readonly children: ReactNode;
}): JSX.Element {
  const { state, heading, children } = props;
  const id = useId();
  return (
    <section className="slipway-account slipway-devenv-form" aria-labelledby={id}>
      <h3 id={id} className="slipway-account-heading">
        {heading}
      </h3>
      {children}
      <button type="button" className="jp-mod-styled slipway-wide-button" onClick={() => state.closeForm()}>
        {state.words.shared.signIn.cancel}
      </button>
    </section>
  );
}

/** Asks what a context offers, after a sign-in where that is wanting. */
function Offered(props: {
  readonly state: RoomState;
  readonly context: string;
  readonly children: (options: DevEnvOptions) => ReactNode;
}): JSX.Element {
  const { state, context, children } = props;
  const { page, words } = state;
  const [options, setOptions] = useState<DevEnvOptions>();
  const [trouble, setTrouble] = useState<Trouble>();
  useEffect(() => {
    const leaving = new AbortController();
    const { signal } = leaving;
    page.gate
      .run(context, () => page.core.request('devenvs/options', { context }, signal))
      .then(
        (offered) => setOptions(offered),
        (error: unknown) => {
          if (!signal.aborted) setTrouble(troubleIn(error, words.host));
        },
      );
    return () => leaving.abort();
  }, [page, words, context]);
  if (trouble !== undefined) return <TroubleNote trouble={trouble} />;
  if (options !== undefined) return <>{children(options)}</>;
  return (
    <p className="slipway-muted" role="status">
      {words.own.askingCluster}
    </p>
  );
}

interface FieldsProps {
  readonly state: RoomState;
  readonly options: DevEnvOptions;
  readonly first: FormFields;
  /** The one that is to change. */
  readonly known?: DevEnv;
  readonly submit: (fields: FormFields) => string;
  readonly onSubmit: (fields: FormFields) => Promise<void>;
}

function Fields({ state, options, first, known, submit, onSubmit }: FieldsProps): JSX.Element {
  const { words } = state;
  const { form } = words.shared.devEnv;
  const [fields, setFields] = useState(first);
  const [isBusy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble>();
  const list = useId();
  const troubles = troublesOf(fields, words, known);
  const set = (field: keyof FormFields) => (value: string) => setFields((all) => ({ ...all, [field]: value }));
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setTrouble(undefined);
    try {
      await onSubmit(fields);
    } catch (error) {
      setTrouble(troubleIn(error, words.host));
    } finally {
      setBusy(false);
    }
  };
  const text = (field: keyof FormFields, label: string, hint?: string, choices?: string): JSX.Element => (
    <TextField
      label={label}
      hint={hint}
      list={choices}
      value={fields[field]}
      trouble={troubles[field]}
      onChange={set(field)}
    />
  );
  return (
    <form className="slipway-form" onSubmit={(event) => void send(event)} noValidate>
      {known === undefined && text('name', form.name)}
      <Field label={form.instanceType}>
        {(id) => (
          <select
            id={id}
            className="jp-mod-styled"
            value={fields.instanceType}
            onChange={(event) => set('instanceType')(event.currentTarget.value)}
          >
            {!options.instanceTypes.some(({ name }) => name === fields.instanceType) && (
              <option value={fields.instanceType}>
                {fields.instanceType === '' ? words.own.form.settled : shownText(fields.instanceType)}
              </option>
            )}
            {options.instanceTypes.map((type) => (
              <option key={type.name} value={type.name}>
                {words.shared.devEnv.labelled(shownText(type.name), sizeInWords(type, words.shared))}
              </option>
            ))}
          </select>
        )}
      </Field>
      {text('gpus', words.own.form.gpus, words.own.form.gpusOfSize)}
      {text('image', form.image, undefined, list)}
      <datalist id={list}>
        {options.images.map((image) => (
          <option key={image} value={image} />
        ))}
      </datalist>
      {text('diskSize', form.disk, words.own.form.diskHint)}
      {text('idleStop', form.idle, words.own.form.idleHint)}
      {trouble !== undefined && <TroubleNote trouble={trouble} />}
      <button
        type="submit"
        className="jp-mod-styled jp-mod-accept slipway-wide-button"
        disabled={isBusy || Object.keys(troubles).length > 0}
      >
        <span className="slipway-name">{submit(fields)}</span>
      </button>
    </form>
  );
}

function Field(props: { readonly label: string; readonly children: (id: string) => ReactNode }): JSX.Element {
  const id = useId();
  return (
    <>
      <label htmlFor={id}>{props.label}</label>
      {props.children(id)}
    </>
  );
}

interface TextFieldProps {
  readonly label: string;
  readonly hint: string | undefined;
  /** Id of the choices that are offered. */
  readonly list: string | undefined;
  readonly value: string;
  readonly trouble: string | undefined;
  readonly onChange: (value: string) => void;
}

function TextField({ label, hint, list, value, trouble, onChange }: TextFieldProps): JSX.Element {
  const noteId = useId();
  const note = trouble ?? hint;
  return (
    <Field label={label}>
      {(id) => (
        <>
          <input
            id={id}
            className="jp-mod-styled"
            type="text"
            spellCheck={false}
            autoComplete="off"
            list={list}
            value={value}
            aria-invalid={trouble !== undefined}
            aria-describedby={note === undefined ? undefined : noteId}
            onChange={(event) => onChange(event.currentTarget.value)}
          />
          {note !== undefined && (
            <p id={noteId} className={trouble === undefined ? 'slipway-muted' : 'slipway-devenv-wrong'}>
              {note}
            </p>
          )}
        </>
      )}
    </Field>
  );
}
