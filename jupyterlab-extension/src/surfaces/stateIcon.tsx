import type { ViewState } from '@slipway/shared/views';
import type { JSX } from 'react';
import { stateIcons } from './icons.ts';

/** The icon of a state in its colour; the word stands beside it. */
export function StateIcon({ state }: { readonly state: ViewState }): JSX.Element {
  const Icon = stateIcons[state].react;
  return <Icon tag="span" className={`slipway-state slipway-state-${state}`} aria-hidden="true" />;
}
