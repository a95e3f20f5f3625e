import type { ContextSummary } from '@slipway/shared/protocol';
import type { JSX } from 'react';
import { signInIcon } from '../surfaces/icons.ts';
import type { SidePanelModel } from '../surfaces/sidePanelModel.ts';
import { Section } from './section.tsx';

interface ChooseSignInProps {
  readonly model: SidePanelModel;
  readonly summary: ContextSummary;
}

/** Nobody is signed in to the chosen context, or no longer: the ways to. */
export function ChooseSignIn({ model, summary }: ChooseSignInProps): JSX.Element {
  const { account, words } = model;
  const { signIn } = words.shared;
  const { name } = summary;
  const { reason, state } = summary.signIn;
  const note = account.signOutNote(name);
  return (
    <Section heading={signIn.heading} name="signedOut">
      {state === 'expired' && <p>{reason ?? signIn.expired}</p>}
      {note !== undefined && <p role="status">{note}</p>}
      <button
        type="button"
        className="jp-mod-styled jp-mod-accept slipway-wide-button"
        onClick={() => account.signIn(name, 'browser')}
      >
        <signInIcon.react tag="span" />
        {state === 'expired' ? signIn.signInAgain : signIn.signIn}
      </button>
      <button
        type="button"
        className="jp-mod-styled slipway-wide-button"
        onClick={() => account.signIn(name, 'device')}
      >
        {signIn.useCode}
      </button>
      <p className="slipway-muted">{signIn.hint}</p>
      <p className="slipway-muted">{[name, hostOf(summary.issuer)].filter((part) => part !== '').join(' · ')}</p>
      <div className="slipway-buttons">
        <button type="button" className="slipway-link" onClick={() => void account.removeContext(name)}>
          {signIn.removeContext}
        </button>
      </div>
    </Section>
  );
}

function hostOf(issuer: string | undefined): string {
  return issuer !== undefined && URL.canParse(issuer) ? new URL(issuer).host : '';
}
