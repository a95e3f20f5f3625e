import type { SignInState } from '@slipway/shared/client';
import type { JSX } from 'react';
import { troubleIn } from '../words/index.ts';
import type { SidePanelModel } from '../surfaces/sidePanelModel.ts';
import { StateIcon } from '../surfaces/stateIcon.tsx';
import { Section } from './section.tsx';

interface SignInFailedProps {
  readonly model: SidePanelModel;
  readonly failed: Extract<SignInState, { readonly kind: 'failed' }>;
}

/** What happened, why, and what to do: the same way again, or the other one. */
export function SignInFailed({ model, failed }: SignInFailedProps): JSX.Element {
  const { account, words } = model;
  const { signIn } = words.shared;
  const { message, action } = troubleIn(failed.error, words);
  const { context, flow } = failed;
  return (
    <Section heading={signIn.signInTo(context)} name="failed" takesFocus>
      <div role="alert" className="slipway-account-trouble">
        <p className="slipway-state-line">
          <StateIcon state="failed" />
          {signIn.failed}
        </p>
        <p>{message}</p>
        {action !== undefined && <p className="slipway-muted">{action}</p>}
      </div>
      <button
        type="button"
        className="jp-mod-styled jp-mod-accept slipway-wide-button"
        onClick={() => account.signIn(context, flow)}
      >
        {signIn.signInAgain}
      </button>
      <button
        type="button"
        className="jp-mod-styled slipway-wide-button"
        onClick={() => account.signIn(context, flow === 'device' ? 'browser' : 'device')}
      >
        {flow === 'device' ? signIn.useBrowser : signIn.useCode}
      </button>
      <button type="button" className="jp-mod-styled slipway-wide-button" onClick={() => account.cancel()}>
        {signIn.cancel}
      </button>
    </Section>
  );
}
