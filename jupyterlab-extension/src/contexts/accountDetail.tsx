import type { JSX } from 'react';
import type { SidePanelModel } from '../surfaces/sidePanelModel.ts';
import { ContextDetail } from './contextDetail.tsx';
import { ChooseSignIn } from './chooseSignIn.tsx';
import { SignInFailed } from './signInFailed.tsx';
import { WaitingForBrowser } from './waitingForBrowser.tsx';
import { WaitingForCode } from './waitingForCode.tsx';

/** What there is to do or to know below the contexts: a sign-in that goes on, one that is needed, or who one is. */
export function AccountDetail({ model }: { readonly model: SidePanelModel }): JSX.Element | null {
  const { account, state } = model;
  const signIn = account.signInState;
  if (signIn.kind === 'failed') return <SignInFailed model={model} failed={signIn} />;
  if (signIn.kind === 'waiting') {
    const { context, prompt } = signIn;
    // Each has its own clock.
    if (prompt?.kind === 'code')
      return <WaitingForCode key={prompt.userCode} model={model} context={context} prompt={prompt} />;
    return <WaitingForBrowser key={prompt?.url} model={model} context={context} prompt={prompt} flow={signIn.flow} />;
  }
  const summary = account.summary(state.chosenContext);
  if (summary === undefined || summary.name === 'local') return null;
  const isOut = summary.signIn.state === 'signedOut' || summary.signIn.state === 'expired';
  if (isOut) return <ChooseSignIn model={model} summary={summary} />;
  const isFresh = signIn.kind === 'done' && signIn.context === summary.name;
  return <ContextDetail key={`${summary.name} ${isFresh}`} model={model} summary={summary} isFresh={isFresh} />;
}
