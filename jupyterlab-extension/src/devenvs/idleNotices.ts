import { Notification } from '@jupyterlab/apputils';
import { IdleWarnings, keyOf } from '@slipway/shared/client';
import { stopQuestion } from '@slipway/shared/views';
import type { DevEnvActions } from './devEnvActions.ts';
import type { RoomState } from './roomState.ts';

/** Warns before one of this person's own DevEnvs stops for want of work, once, and takes that back when it is over. */
export class IdleNotices {
  readonly #state: RoomState;
  readonly #actions: Pick<DevEnvActions, 'keepRunning'>;
  readonly #warnings = new IdleWarnings();
  readonly #told = new Map<string, string>();

  constructor(state: RoomState, actions: Pick<DevEnvActions, 'keepRunning'>) {
    this.#state = state;
    this.#actions = actions;
    state.store.onChange(() => this.#look());
  }

  #look(): void {
    const { store, words, page } = this.#state;
    const due = new Set(
      store.devEnvs
        .filter(({ state, idle }) => state === 'running' && idle.stopsAt !== undefined)
        .map(({ context, name }) => keyOf(context, name)),
    );
    for (const [key, id] of this.#told) {
      if (due.has(key)) continue;
      Notification.dismiss(id);
      this.#told.delete(key);
    }
    for (const devEnv of this.#warnings.take(store.devEnvs)) {
      const label = words.shared.devEnv.keepRunning;
      const callback = (): void => void this.#actions.keepRunning(devEnv).catch(page.notices.failed.bind(page.notices));
      const text = stopQuestion(devEnv, words.shared, page.now());
      const actions = [{ label, displayType: 'accent' as const, callback }];
      const id = Notification.warning(text, { autoClose: false, actions });
      this.#told.set(keyOf(devEnv.context, devEnv.name), id);
    }
  }
}
