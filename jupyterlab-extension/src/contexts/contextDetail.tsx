import type { ContextSummary } from '@slipway/shared/protocol';
import { type JSX, type ReactNode, useEffect, useId, useState } from 'react';
import { chevronIcon, clusterIcon } from '../surfaces/icons.ts';
import type { SidePanelModel } from '../surfaces/sidePanelModel.ts';
import { StateIcon } from '../surfaces/stateIcon.tsx';
import { SpaceFacts } from './spaceFacts.tsx';

interface ContextDetailProps {
  readonly model: SidePanelModel;
  readonly summary: ContextSummary;
  /** True right after a sign-in: it is open then. */
  readonly isFresh: boolean;
}

/** Who one is in the chosen context and what one may do there, folded up until somebody looks. */
export function ContextDetail({ model, summary, isFresh }: ContextDetailProps): JSX.Element {
  const { account, words } = model;
  const { signIn } = words.shared;
  const { name } = summary;
  const [isOpen, setOpen] = useState(isFresh);
  const spaces = account.spaces(name).kind;
  const id = useId();
  useEffect(() => {
    if (isOpen && spaces === 'unknown') account.loadSpaces(name);
  }, [account, isOpen, name, spaces]);
  const isIn = summary.signIn.state === 'signedIn';
  return (
    <section className="slipway-account" data-state={isIn ? 'signedIn' : 'notNeeded'}>
      <button
        type="button"
        className="slipway-account-summary"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        {isIn ? <StateIcon state="passed" /> : <clusterIcon.react tag="span" />}
        <span className="slipway-name" role="status">
          {isIn ? signIn.signedInTo(name) : name}
        </span>
        <chevronIcon.react tag="span" className="slipway-chevron" />
      </button>
      <div id={id} hidden={!isOpen} className="slipway-account-body">
        {isOpen && <Facts model={model} summary={summary} />}
      </div>
    </section>
  );
}

function Facts({ model, summary }: { readonly model: SidePanelModel; readonly summary: ContextSummary }): JSX.Element {
  const { account, words } = model;
  const { signIn } = words.shared;
  const { user, email, groups = [], storage, reason, state } = summary.signIn;
  const isIn = state === 'signedIn';
  return (
    <>
      <dl className="slipway-facts-table">
        {isIn && <Fact name={signIn.you}>{user ?? email ?? ''}</Fact>}
        {isIn && (
          <Fact name={signIn.groups}>
            <div className="slipway-groups">{groups.length === 0 ? signIn.noGroups : groups.join(', ')}</div>
          </Fact>
        )}
        <SpaceFacts model={model} summary={summary} />
      </dl>
      {reason !== undefined && <p>{reason}</p>}
      {isIn && <p className="slipway-muted">{storage === 'memory' ? signIn.untilClosed : signIn.staysSignedIn}</p>}
      <div className="slipway-buttons">
        {isIn && (
          <button type="button" className="jp-mod-styled" onClick={() => void account.signOut(summary.name)}>
            {signIn.signOut}
          </button>
        )}
        <button type="button" className="slipway-link" onClick={() => void account.removeContext(summary.name)}>
          {signIn.removeContext}
        </button>
      </div>
    </>
  );
}

/** One line of the facts. */
export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): JSX.Element {
  return (
    <>
      <dt className="slipway-muted">{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
