import { type DevEnvStore, IdleWarnings } from '@slipway/shared/client';
import type { DevEnv } from '@slipway/shared/protocol';
import { stopQuestion } from '@slipway/shared/views';
import * as vscode from 'vscode';
import type { Notices } from '../surfaces/notices.ts';
import { plainMessage } from '../surfaces/plainText.ts';
import type { WindowWords } from '../words/index.ts';
import type { DevEnvActions } from './devEnvActions.ts';
import { referenceTo } from './devEnvReference.ts';

/** Tells of a DevEnv that is about to be stopped because nobody works there, and offers to keep it. */
export class IdleStops implements vscode.Disposable {
  readonly #actions: Pick<DevEnvActions, 'keepRunning'>;
  readonly #notices: Pick<Notices, 'failed'>;
  readonly #words: WindowWords;
  readonly #warnings = new IdleWarnings();
  readonly #subscription: { dispose(): void };

  constructor(
    store: DevEnvStore,
    actions: Pick<DevEnvActions, 'keepRunning'>,
    notices: Pick<Notices, 'failed'>,
    words: WindowWords,
  ) {
    this.#actions = actions;
    this.#notices = notices;
    this.#words = words;
    this.#subscription = store.onChange(() => {
      for (const devEnv of this.#warnings.take(store.devEnvs)) void this.#warn(devEnv);
    });
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  async #warn(devEnv: DevEnv): Promise<void> {
    const { shared } = this.#words;
    const text = plainMessage(stopQuestion(devEnv, shared, Date.now()));
    const { keepRunning } = shared.devEnv;
    if ((await vscode.window.showWarningMessage(text, keepRunning)) !== keepRunning) return;
    try {
      await this.#actions.keepRunning(referenceTo(devEnv));
    } catch (error) {
      this.#notices.failed(error);
    }
  }
}
