import { Signal, type ISignal } from '@lumino/signaling';
import type { ContextState } from '@slipway/shared/client';
import type { Run } from '@slipway/shared/protocol';
import type { StaleSince } from '@slipway/shared/views';
import type { Account } from '../account/account.ts';
import type { HostWords } from '../words/index.ts';

/** What the side panel shows and does, behind one face, so that the panel holds no logic. */
export interface SidePanelActions {
  runNotebook(): void;
  chooseContext(context: string): void;
  openRun(run: Run): void;
  openLogs(run: Run): void;
  cancel(run: Run): void;
  rerun(run: Run): void;
  retry(run: Run): void;
  connect(): void;
  copy(text: string): void;
}

export interface SidePanelState {
  readonly runs: readonly Run[];
  readonly contexts: readonly ContextState[];
  readonly staleSince: StaleSince;
  readonly chosenContext: string;
  /** File name of the notebook that the button would run. */
  readonly notebook: string | undefined;
  readonly loaded: boolean;
  /** Why there is no connection. */
  readonly failure: { readonly message: string; readonly action: string | undefined } | undefined;
}

/** Feeds the side panel: asks for the state when told that something changed. */
export class SidePanelModel {
  readonly words: HostWords;
  readonly actions: SidePanelActions;
  readonly account: Account;
  readonly now: () => number;
  readonly #read: () => SidePanelState;
  readonly #changed = new Signal<this, undefined>(this);

  constructor(
    words: HostWords,
    actions: SidePanelActions,
    account: Account,
    now: () => number,
    read: () => SidePanelState,
  ) {
    this.words = words;
    this.actions = actions;
    this.account = account;
    this.now = now;
    this.#read = read;
  }

  get state(): SidePanelState {
    return this.#read();
  }

  get changed(): ISignal<this, undefined> {
    return this.#changed;
  }

  update(): void {
    this.#changed.emit(undefined);
  }
}
