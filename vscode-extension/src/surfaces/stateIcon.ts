import type { ViewState } from '@slipway/shared/views';

/** Codicon of a state, and the theme colour it is drawn in. */
export interface StateIcon {
  readonly codicon: string;
  readonly color: string;
}

export const stateIcons: Readonly<Record<ViewState, StateIcon>> = {
  queued: { codicon: 'clock', color: 'testing.iconQueued' },
  running: { codicon: 'loading~spin', color: 'charts.blue' },
  passed: { codicon: 'pass', color: 'testing.iconPassed' },
  failed: { codicon: 'error', color: 'testing.iconFailed' },
  cancelled: { codicon: 'circle-slash', color: 'testing.iconSkipped' },
  skipped: { codicon: 'debug-step-over', color: 'testing.iconSkipped' },
  notStarted: { codicon: 'circle-outline', color: 'testing.iconSkipped' },
  lost: { codicon: 'warning', color: 'testing.iconSkipped' },
};

/** The icon of a state; what may have gone on since stands still. */
export function codiconOf(state: ViewState, stale: boolean): string {
  const { codicon } = stateIcons[state];
  return stale ? codicon.replace('~spin', '') : codicon;
}
