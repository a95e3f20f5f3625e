import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { ISignal } from '@lumino/signaling';
import type { Run } from '@slipway/shared/protocol';
import { statusItem, type StaleSince } from '@slipway/shared/views';
import type { JSX } from 'react';
import type { HostWords } from '../words/index.ts';
import { StateIcon } from './stateIcon.tsx';
import { useNow } from './useNow.ts';

export interface StatusWidgetOptions {
  readonly words: HostWords;
  readonly changed: ISignal<unknown, undefined>;
  readonly runs: () => readonly Run[];
  readonly staleSince: StaleSince;
  readonly now: () => number;
  readonly open: (reference: { readonly context: string; readonly run: string }) => void;
}

/** The item in the status bar: the active run, step, cell, time; a click opens it. */
export class StatusWidget extends ReactWidget {
  readonly #options: StatusWidgetOptions;

  constructor(options: StatusWidgetOptions) {
    super();
    this.#options = options;
    this.addClass('slipway-status');
  }

  render(): JSX.Element {
    return <UseSignal signal={this.#options.changed}>{() => <Item options={this.#options} />}</UseSignal>;
  }
}

function Item({ options }: { readonly options: StatusWidgetOptions }): JSX.Element | null {
  const runs = options.runs();
  const now = useNow(options.now, runs.length > 0 ? 1_000 : undefined);
  const { state, stale, text, tooltip, run } = statusItem(runs, options.words.shared, now, options.staleSince);
  if (state === undefined || run === undefined) return null;
  return (
    <button type="button" className="slipway-status-item" title={tooltip} onClick={() => options.open(run)}>
      <StateIcon state={state} stale={stale} />
      <span>{text}</span>
    </button>
  );
}
