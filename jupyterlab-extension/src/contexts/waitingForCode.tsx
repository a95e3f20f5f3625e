import type { SignInPrompt } from '@slipway/shared/protocol';
import { type JSX, useEffect, useState } from 'react';
import { copyIcon } from '../surfaces/icons.ts';
import type { SidePanelModel } from '../surfaces/sidePanelModel.ts';
import { PageLink } from './pageLink.tsx';
import { Section } from './section.tsx';
import { TimeLeft } from './timeLeft.tsx';

interface WaitingForCodeProps {
  readonly model: SidePanelModel;
  readonly context: string;
  readonly prompt: Extract<SignInPrompt, { readonly kind: 'code' }>;
}

/** The code to enter on any device. */
export function WaitingForCode({ model, context, prompt }: WaitingForCodeProps): JSX.Element {
  const { account, actions, words } = model;
  const { signIn } = words.shared;
  return (
    <Section heading={signIn.enterCode} name="code" takesFocus>
      <p>{signIn.openPageAndEnter(prompt.verificationUri.replace(/^https?:\/\//, ''))}</p>
      <div className="slipway-code-box">
        <code className="slipway-code">{prompt.userCode}</code>
        <Copy label={signIn.copy} copied={signIn.copied} onCopy={() => actions.copy(prompt.userCode)} />
      </div>
      <PageLink
        model={model}
        prompt={prompt}
        label={signIn.openPage}
        className="slipway-wide-button slipway-link-button slipway-link-button-accept"
      />
      <TimeLeft model={model} expiresAt={prompt.expiresAt} />
      <p className="slipway-muted">{signIn.codeIsFor(context)}</p>
      <button type="button" className="jp-mod-styled slipway-wide-button" onClick={() => account.cancel()}>
        {signIn.cancel}
      </button>
    </Section>
  );
}

function Copy(props: { readonly label: string; readonly copied: string; readonly onCopy: () => void }): JSX.Element {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setCopied(false), 3_000);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = (): void => {
    props.onCopy();
    setCopied(true);
  };
  return (
    <button type="button" className="slipway-quiet-button" onClick={copy}>
      <copyIcon.react tag="span" />
      <span aria-live="polite">{isCopied ? props.copied : props.label}</span>
    </button>
  );
}
