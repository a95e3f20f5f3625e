import { pageOf } from '@slipway/shared/client';
import type { SignInPrompt } from '@slipway/shared/protocol';
import type { JSX } from 'react';
import { troubleIn } from '../words/index.ts';
import { outsideIcon } from '../surfaces/icons.ts';
import type { SidePanelModel } from '../surfaces/sidePanelModel.ts';

interface PageLinkProps {
  readonly model: SidePanelModel;
  readonly prompt: SignInPrompt;
  readonly label: string;
  readonly className: string;
}

/** The provider's page to press: a link, which every browser follows. Or why there is none. */
export function PageLink({ model, prompt, label, className }: PageLinkProps): JSX.Element {
  const page = addressOf(prompt);
  if (typeof page !== 'string') return <p role="alert">{troubleIn(page, model.words).message}</p>;
  return (
    <a className={className} href={page} target="_blank" rel="noopener noreferrer">
      <outsideIcon.react tag="span" />
      {label}
    </a>
  );
}

function addressOf(prompt: SignInPrompt): string | Error {
  try {
    return pageOf(prompt);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
