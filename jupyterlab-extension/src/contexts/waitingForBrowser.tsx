import type { SignInFlow, SignInPrompt } from '@slipway/shared/protocol';
import { type JSX, useState } from 'react';
import type { SidePanelModel } from '../surfaces/sidePanelModel.ts';
import { StateIcon } from '../surfaces/stateIcon.tsx';
import { PageLink } from './pageLink.tsx';
import { PasteAddress } from './pasteAddress.tsx';
import { Section } from './section.tsx';
import { TimeLeft } from './timeLeft.tsx';

interface WaitingForBrowserProps {
  readonly model: SidePanelModel;
  readonly context: string;
  readonly flow: SignInFlow;
  /** None while the provider is being asked. */
  readonly prompt: Extract<SignInPrompt, { readonly kind: 'open' }> | undefined;
}

/** The page is open in another tab; every way out of one that hangs. */
export function WaitingForBrowser({ model, context, flow, prompt }: WaitingForBrowserProps): JSX.Element {
  const { account, words } = model;
  const { signIn } = words.shared;
  const [isPasting, setPasting] = useState(false);
  return (
    <Section heading={signIn.signInTo(context)} name={flow === 'device' ? 'asking' : 'browser'} takesFocus>
      {prompt === undefined ? (
        <p className="slipway-state-line" role="status">
          <StateIcon state="running" />
          {signIn.preparing}
        </p>
      ) : (
        <>
          <p>{isPasting ? signIn.finishAndPaste : signIn.finishInBrowser}</p>
          <TimeLeft model={model} expiresAt={prompt.expiresAt} />
          <PageLink
            model={model}
            prompt={prompt}
            label={signIn.openPageAgain}
            className="slipway-wide-button slipway-link-button"
          />
        </>
      )}
      {isPasting && <PasteAddress model={model} />}
      {flow === 'browser' && (
        <>
          <button
            type="button"
            className="jp-mod-styled slipway-wide-button"
            onClick={() => account.signIn(context, 'device')}
          >
            {signIn.useCode}
          </button>
          {prompt !== undefined && !isPasting && (
            <button type="button" className="jp-mod-styled slipway-wide-button" onClick={() => setPasting(true)}>
              {signIn.pasteAddress}
            </button>
          )}
        </>
      )}
      <button type="button" className="jp-mod-styled slipway-wide-button" onClick={() => account.cancel()}>
        {signIn.cancel}
      </button>
    </Section>
  );
}
