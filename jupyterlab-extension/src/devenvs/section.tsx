import type { DevEnvContext } from '@slipway/shared/client';
import { createClockFormat, hasTimeToTell, shownText } from '@slipway/shared/views';
import { type JSX, useEffect, useId, useState } from 'react';
import type { DevEnvAction } from '../devEnvPage.ts';
import { chevronIcon } from '../surfaces/icons.ts';
import { useNow } from '../surfaces/useNow.ts';
import type { DevEnv } from '@slipway/shared/protocol';
import type { DevEnvActions } from './devEnvActions.ts';
import { CreateForm, ResizeForm } from './form.tsx';
import { plusIcon } from './icons.ts';
import type { RoomState } from './roomState.ts';
import { DevEnvRow } from './row.tsx';
import { useChanges } from './useChanges.ts';

/** From so many on one looks for a name instead of reading them all. */
const searchedFrom = 12;
const everyMs = 10_000;
const clock = createClockFormat(undefined);

interface SectionProps {
  readonly state: RoomState;
  readonly actions: DevEnvActions;
  readonly perform: (action: DevEnvAction, devEnv: DevEnv) => void;
}

/** The DevEnvs of all clusters; folded up, nobody is asked for them. */
export function DevEnvsSection({ state, actions, perform }: SectionProps): JSX.Element {
  useChanges(state.onChange);
  const { words, form, isFolded } = state;
  const id = useId();
  return (
    <section className="slipway-devenvs" aria-labelledby={`${id}-heading`}>
      <div className="slipway-heading slipway-devenvs-heading">
        <h2 id={`${id}-heading`}>
          <button
            type="button"
            aria-expanded={!isFolded}
            aria-controls={`${id}-body`}
            onClick={() => state.fold(!isFolded)}
          >
            <chevronIcon.react tag="span" className="slipway-chevron" />
            {words.host.lab.devEnvs}
          </button>
        </h2>
        <button
          type="button"
          className="slipway-row-action"
          title={words.own.create}
          aria-label={words.own.create}
          onClick={() => state.open({ kind: 'create' })}
        >
          <plusIcon.react tag="span" />
        </button>
      </div>
      <div id={`${id}-body`} hidden={isFolded}>
        {!isFolded && (
          <>
            {form?.kind === 'create' && <CreateForm state={state} actions={actions} />}
            {form?.kind === 'resize' && (
              <ResizeForm key={`${form.devEnv.context}/${form.devEnv.name}`} state={state} devEnv={form.devEnv} />
            )}
            <List state={state} perform={perform} />
          </>
        )}
      </div>
    </section>
  );
}

function List({ state, perform }: Pick<SectionProps, 'state' | 'perform'>): JSX.Element {
  const { store, page, words } = state;
  const [search, setSearch] = useState('');
  useEffect(() => store.begin(), [store]);
  const { devEnvs, contexts } = store;
  const now = useNow(page.now, devEnvs.some(hasTimeToTell) ? everyMs : undefined);
  const wanted = search.trim().toLowerCase();
  const shown = wanted === '' ? devEnvs : devEnvs.filter(({ name }) => name.includes(wanted));
  const isBusy = !store.loaded || contexts.some(({ state: reading }) => reading === 'loading');
  return (
    <>
      {contexts.map((context) => (
        <ContextNote key={context.name} state={state} context={context} />
      ))}
      {devEnvs.length >= searchedFrom && (
        <input
          className="jp-mod-styled slipway-devenv-search"
          type="search"
          placeholder={words.own.filter}
          aria-label={words.own.filter}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      {shown.length > 0 ? (
        <ul className="slipway-list slipway-devenv-list">
          {shown.map((devEnv) => (
            <DevEnvRow
              key={`${devEnv.context}/${devEnv.name}`}
              state={state}
              devEnv={devEnv}
              now={now}
              showsContext={contexts.length > 1}
              perform={perform}
            />
          ))}
        </ul>
      ) : (
        <Nothing state={state} isBusy={isBusy} isSearched={devEnvs.length > 0} />
      )}
    </>
  );
}

interface NothingProps {
  readonly state: RoomState;
  readonly isBusy: boolean;
  readonly isSearched: boolean;
}

function Nothing({ state, isBusy, isSearched }: NothingProps): JSX.Element | null {
  const { words, store, form } = state;
  const { devEnv: say } = words.shared;
  if (form !== undefined) return null;
  if (isSearched || isBusy) {
    return (
      <p className="slipway-muted slipway-empty" role="status">
        {isSearched ? words.own.noneFound : words.own.askingCluster}
      </p>
    );
  }
  // Above it says why nobody knows.
  if (store.contexts.length > 0 && store.contexts.every((context) => context.state === 'stale')) return null;
  const hasCluster = store.contexts.length > 0;
  return (
    <div className="slipway-empty slipway-devenv-none">
      <p>{hasCluster ? say.none : say.noCluster}</p>
      <p className="slipway-muted">{say.about}</p>
      {hasCluster && (
        <button
          type="button"
          className="jp-mod-styled slipway-wide-button"
          onClick={() => state.open({ kind: 'create' })}
        >
          <plusIcon.react tag="span" />
          {words.own.create}
        </button>
      )}
    </div>
  );
}

/** What keeps a context's DevEnvs from being shown as they are, and what helps. */
function ContextNote({
  state,
  context,
}: {
  readonly state: RoomState;
  readonly context: DevEnvContext;
}): JSX.Element | null {
  const { page, words, store } = state;
  const signInState = page.account.summary(context.name)?.signIn.state;
  const name = shownText(context.name);
  if (signInState === 'signedOut' || signInState === 'expired') {
    return (
      <div className="slipway-devenv-note" data-context={context.name}>
        <button type="button" className="slipway-link" onClick={() => page.account.signIn(context.name, 'browser')}>
          {words.own.signIn(name)}
        </button>
      </div>
    );
  }
  if (context.state !== 'stale') return null;
  const isShown = store.devEnvs.some((devEnv) => devEnv.context === context.name);
  return (
    <div className="slipway-devenv-note" data-context={context.name} role="alert">
      <p>{words.own.problem(name, shownText(context.reason ?? words.host.lab.stale))}</p>
      {context.action !== undefined && <p className="slipway-muted">{shownText(context.action)}</p>}
      {isShown && <p className="slipway-muted">{words.own.asOf(clock(context.since ?? page.now()))}</p>}
      <button type="button" className="jp-mod-styled" onClick={() => store.refresh()}>
        {words.shared.devEnv.actions.tryAgain}
      </button>
    </div>
  );
}
