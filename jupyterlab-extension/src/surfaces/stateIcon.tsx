import type { ViewState } from '@slipway/shared/views';
import type { JSX } from 'react';
import { stateIcons } from './icons.ts';

interface StateIconProps {
  readonly state: ViewState;
  /** True where it may be out of date: grey, and at rest. */
  readonly stale?: boolean;
}

/** The icon of a state in its colour; the word stands beside it. */
export function StateIcon({ state, stale = false }: StateIconProps): JSX.Element {
  const Icon = stateIcons[state].react;
  return <Icon tag="span" className={`slipway-state slipway-state-${stale ? 'stale' : state}`} aria-hidden="true" />;
}
